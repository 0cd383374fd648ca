/** A controller works while its server leads, and only then. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromCallback, transition, type EventObject, type StateValue } from "xstate";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { controllerMachine, type ControllerEvent } from "./controller.machine.ts";

function aController() {
  const clock = simulatedClock();
  const trace: string[] = [];
  let isWorking = false;
  let drained: (() => void) | undefined;
  let synced: (() => void) | undefined;
  const logic = controllerMachine.provide({
    actors: {
      awaitSync: fill<unknown, undefined>(() => new Promise<void>((resolve) => (synced = resolve))),
      drain: fill<unknown, undefined>(() => new Promise<void>((resolve) => (drained = resolve))),
      work: fromCallback<EventObject>(() => {
        isWorking = true;
        return () => (isWorking = false);
      }),
    },
  });
  const onError = (error: unknown) => assert.fail(String(error));
  const actor = startActor(logic, { id: "test", input: undefined, clock, onError });
  actor.subscribe(({ value }) => {
    const state = typeof value === "string" ? value : Object.values(value as object).join();
    if (trace.at(-1) !== state) trace.push(state);
  });
  const settled = (act: () => void) => () => {
    act();
    return settle();
  };
  return {
    clock,
    trace: () => trace.join(" → "),
    isWorking: () => isWorking,
    synced: settled(() => synced?.()),
    drained: settled(() => drained?.()),
    gain: settled(() => actor.send({ type: "leadership.gained" })),
    lose: settled(() => actor.send({ type: "leadership.lost" })),
  };
}

test("works when it leads and the cache is complete, and not before", async () => {
  const controller = aController();
  await controller.gain();
  assert.deepEqual([controller.trace(), controller.isWorking()], ["syncing", false]);
  await controller.synced();
  assert.deepEqual([controller.trace(), controller.isWorking()], ["syncing → leading", true]);
});

test("stands by only when the passes under way have ended", async () => {
  const controller = aController();
  await controller.gain();
  await controller.synced();
  await controller.lose();
  assert.deepEqual([controller.trace(), controller.isWorking()], ["syncing → leading → resigning", false]);
  await controller.drained();
  assert.equal(controller.trace(), "syncing → leading → resigning → standingBy");
});

test("leads again after the old passes are through, also when it is told so while they run", async () => {
  const controller = aController();
  await controller.gain();
  await controller.synced();
  await controller.lose();
  await controller.gain();
  assert.equal(controller.isWorking(), false);
  await controller.drained();
  await controller.synced();
  assert.equal(controller.trace(), "syncing → leading → resigning → returning → syncing → leading");
});

test("does not wait for ever for a pass that never ends", async () => {
  const controller = aController();
  await controller.gain();
  await controller.synced();
  await controller.lose();
  await controller.clock.advance(10_000);
  assert.equal(controller.trace().split(" → ").at(-1), "standingBy");
});

test("what each state makes of each event", () => {
  const draining = (state: string) => ({ draining: state });
  const states: readonly StateValue[] = [
    "standingBy",
    "syncing",
    "leading",
    draining("resigning"),
    draining("returning"),
  ];
  const after = (value: StateValue, type: ControllerEvent["type"]) => {
    const [next] = transition(controllerMachine, controllerMachine.resolveState({ value }), { type });
    return JSON.stringify(next.value) === JSON.stringify(value) ? "·" : next.value;
  };
  assert.deepEqual(
    states.map((state) => [state, after(state, "leadership.gained"), after(state, "leadership.lost")]),
    [
      ["standingBy", "syncing", "·"],
      ["syncing", "·", "standingBy"],
      ["leading", "·", draining("resigning")],
      [draining("resigning"), draining("returning"), "·"],
      [draining("returning"), "·", draining("resigning")],
    ],
  );
});
