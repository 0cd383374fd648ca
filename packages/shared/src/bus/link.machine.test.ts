import assert from "node:assert/strict";
import { test } from "node:test";
import { fill } from "../machine/port-actor.ts";
import { startActor } from "../machine/run.ts";
import { settle } from "../testing/settle.ts";
import { simulatedClock } from "../testing/simulated-clock.ts";
import { linkMachine, linkPauses } from "./link.machine.ts";

test("dials with growing pauses until a server answers, and follows what becomes of the connection", async () => {
  const clock = simulatedClock();
  const dials: number[] = [];
  const world = { failing: true };
  const dial = () => {
    dials.push(clock.monotonic());
    return world.failing ? Promise.reject(new Error("refused")) : Promise.resolve(undefined);
  };
  const machine = linkMachine.provide({ actors: { dial: fill<undefined, undefined>(dial) } });
  const actor = startActor(machine, { id: "link", input: undefined, clock, onError: assert.ifError });
  await clock.advance(700);
  assert.deepEqual(dials, [0, 100, 250, 475]);
  await clock.advance(60_000);
  assert.equal((dials.at(-1) ?? 0) - (dials.at(-2) ?? 0), linkPauses.maxMs);

  world.failing = false;
  await clock.advance(linkPauses.maxMs);
  const seen = [actor.getSnapshot().value];
  for (const type of ["link.lost", "link.restored", "link.closed"] as const) {
    actor.send({ type });
    seen.push(actor.getSnapshot().value);
  }
  assert.deepEqual(seen, ["connected", "disconnected", "connected", "pausing"]);
  await settle();
  assert.equal(clock.pending().length, 1);
});
