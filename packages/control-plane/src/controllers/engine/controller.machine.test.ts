/** A controller works while its server leads, and only then. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromCallback } from "xstate";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { controllerMachine, type ControllerEvent } from "./controller.machine.ts";
import { keyMachine, type Outcome } from "./key.machine.ts";

function aController(outcomeOf: (key: string) => Outcome = () => ({ result: "settled" })) {
  const clock = simulatedClock();
  const passes: string[] = [];
  const trace: string[] = [];
  let wake: ((key: string) => void) | undefined;
  let drained: (() => void) | undefined;
  const logic = controllerMachine.provide({
    actors: {
      awaitSync: fill<unknown, undefined>(() => Promise.resolve()),
      drain: fill<unknown, undefined>(() => new Promise<void>((resolve) => (drained = resolve))),
      followChanges: fromCallback<ControllerEvent>(({ sendBack }) => {
        wake = (key) => sendBack({ type: "key.changed", key });
        wake("default/first");
        return () => (wake = undefined);
      }),
      key: keyMachine.provide({
        actors: {
          reconcileKey: fill<Outcome, { readonly key: string }>(({ key }) => {
            passes.push(key);
            return Promise.resolve(outcomeOf(key));
          }),
        },
      }),
    },
  });
  const onError = (error: unknown) => assert.fail(String(error));
  const actor = startActor(logic, { id: "test", input: { name: "test" }, clock, onError });
  actor.subscribe(({ value }) => {
    const state = typeof value === "string" ? value : Object.values(value as object).join();
    if (trace.at(-1) !== state) trace.push(state);
  });
  return {
    clock,
    passes,
    trace: () => trace.join(" → "),
    children: () => Object.keys(actor.getSnapshot().children).filter((id) => id.startsWith("test ")),
    wake: (key: string) => wake?.(key),
    isFollowing: () => wake !== undefined,
    drained: () => drained?.(),
    send: async (type: "leadership.gained" | "leadership.lost") => {
      actor.send({ type });
      await settle();
    },
  };
}

test("begins with a look at every key, and looks again at each that changes", async () => {
  const controller = aController();
  assert.deepEqual(controller.passes, []);
  await controller.send("leadership.gained");
  controller.wake("default/second");
  controller.wake("default/first");
  await settle();
  assert.deepEqual(controller.passes, ["default/first", "default/second", "default/first"]);
  assert.equal(controller.trace(), "syncing → leading");
  assert.deepEqual(controller.children(), ["test default/first", "test default/second"]);
});

test("forgets the actors of objects that are gone, and makes new ones when they come back", async () => {
  const controller = aController(() => ({ result: "gone" }));
  await controller.send("leadership.gained");
  assert.deepEqual(controller.children(), []);
  controller.wake("default/first");
  await settle();
  assert.deepEqual(controller.passes, ["default/first", "default/first"]);
  assert.deepEqual(controller.children(), []);
});

test("stands by only when the passes under way have ended", async () => {
  const controller = aController(() => ({ result: "settled", requeueAfterMs: 1_000 }));
  await controller.send("leadership.gained");
  await controller.send("leadership.lost");
  assert.equal(controller.trace(), "syncing → leading → resigning");
  assert.equal(controller.isFollowing(), false);
  assert.deepEqual(controller.children(), []);
  controller.drained();
  await settle();
  assert.equal(controller.trace(), "syncing → leading → resigning → standingBy");
  assert.deepEqual(controller.clock.pending(), [], "no timer of a stopped key is left");
});

test("leads again after the old passes are through, also when it is told so while they run", async () => {
  const controller = aController();
  await controller.send("leadership.gained");
  await controller.send("leadership.lost");
  await controller.send("leadership.gained");
  assert.equal(controller.isFollowing(), false);
  controller.drained();
  await settle();
  assert.equal(controller.trace(), "syncing → leading → resigning → returning → syncing → leading");
});

test("does not wait for ever for a pass that never ends", async () => {
  const controller = aController();
  await controller.send("leadership.gained");
  await controller.send("leadership.lost");
  await controller.clock.advance(10_000);
  assert.equal(controller.trace().split(" → ").at(-1), "standingBy");
});
