import assert from "node:assert/strict";
import { test } from "node:test";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { followingLimits, followingMachine } from "./following.machine.ts";

/** `subscribe` succeeds unless told otherwise; `hear` is a sign of life. */
async function aFollowing() {
  const clock = simulatedClock();
  const world = { heardAt: 0, subscribes: 0, failing: false };
  const subscribe = () => {
    world.subscribes += 1;
    if (world.failing) return Promise.reject(new Error("no leader"));
    world.heardAt = clock.monotonic();
    return Promise.resolve(undefined);
  };
  const actors = {
    awaitBus: fill<undefined, undefined>(() => Promise.resolve(undefined)),
    subscribe: fill<undefined, undefined>(subscribe),
  };
  const input = { silentMs: () => clock.monotonic() - world.heardAt };
  const actor = startActor(followingMachine.provide({ actors }), {
    id: "f",
    input,
    clock,
    onError: assert.ifError,
  });
  const trace: string[] = [actor.getSnapshot().value];
  actor.subscribe(({ value }) => {
    if (trace.at(-1) !== value) trace.push(value);
  });
  await settle();
  const hear = () => {
    world.heardAt = clock.monotonic();
  };
  return { clock, world, actor, hear, trace: () => trace.join(" → ") };
}

test("follows quietly as long as there are signs of life", async () => {
  const { clock, world, hear, trace } = await aFollowing();
  for (let i = 0; i < 60; i += 1) {
    await clock.advance(followingLimits.heartbeatMs);
    hear();
  }
  assert.equal(trace(), "awaitingBus → subscribing → following");
  assert.equal(world.subscribes, 1);
});

test("subscribes anew after a silence, a gap and a lost connection", async () => {
  const { clock, world, actor, hear, trace } = await aFollowing();
  await clock.advance(followingLimits.silenceMaxMs);
  assert.equal(world.subscribes, 2);
  hear();
  actor.send({ type: "gap.found" });
  await settle();
  assert.equal(world.subscribes, 3);
  actor.send({ type: "link.lost" });
  await settle();
  assert.equal(
    trace(),
    "awaitingBus → subscribing → following → subscribing → following → subscribing → following → " +
      "awaitingBus → subscribing → following",
  );
});

test("pauses between tries that fail, and never gives up", async () => {
  const { clock, world, actor } = await aFollowing();
  world.failing = true;
  actor.send({ type: "gap.found" });
  await clock.advance(60_000);
  const tries = world.subscribes;
  assert.ok(tries > 100 && tries <= 60_000 / followingLimits.pauseMs + 2, `${tries} tries in a minute`);
  world.failing = false;
  await clock.advance(followingLimits.pauseMs);
  assert.equal(actor.getSnapshot().value, "following");
});

test("leaves from wherever it is, and leaves no timer behind", async () => {
  const { clock, actor } = await aFollowing();
  actor.send({ type: "follower.left" });
  assert.equal(actor.getSnapshot().status, "done");
  assert.deepEqual(clock.pending(), []);
});
