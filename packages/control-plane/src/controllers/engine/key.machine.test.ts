/** The work queue of a controller: nothing twice at once, nothing lost, nothing hot. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { transition, initialTransition } from "xstate";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { keyMachine, type Outcome } from "./key.machine.ts";

/** A key whose passes end when the test says so. */
function aKey() {
  const clock = simulatedClock();
  const passes: { end: (outcome: Outcome) => void; fail: () => void }[] = [];
  const trace: string[] = [];
  const reconcileKey = fill<Outcome, { readonly key: string }>(
    () =>
      new Promise((resolve, reject) => {
        passes.push({ end: resolve, fail: () => reject(new Error("the bus is away")) });
      }),
  );
  const actor = startActor(keyMachine.provide({ actors: { reconcileKey } }), {
    id: "key",
    input: { key: "default/web" },
    clock,
    onError: (error) => assert.fail(String(error)),
  });
  const note = (value: unknown) => {
    const state = typeof value === "string" ? value : Object.values(value as object).join();
    if (trace.at(-1) !== state) trace.push(state);
  };
  note(actor.getSnapshot().value);
  actor.subscribe(({ value }) => note(value));
  const last = () => passes.at(-1) ?? assert.fail("no pass yet");
  return {
    clock,
    actor,
    passes,
    change: () => actor.send({ type: "object.changed" }),
    end: async (outcome: Outcome) => {
      last().end(outcome);
      await settle();
    },
    fail: async () => {
      last().fail();
      await settle();
    },
    trace: () => trace.join(" → "),
  };
}

test("two changes during a pass lead to exactly one more pass", async () => {
  const key = aKey();
  key.change();
  key.change();
  assert.equal(key.passes.length, 1);
  await key.end({ result: "settled" });
  assert.equal(key.passes.length, 2);
  await key.end({ result: "settled" });
  assert.equal(key.passes.length, 2);
  assert.equal(key.trace(), "current → outdated → current → idle");
});

test("a failure is repeated after pauses that grow, and a change is tried at once", async () => {
  const key = aKey();
  await key.fail();
  await key.clock.advance(99);
  assert.equal(key.passes.length, 1);
  await key.clock.advance(1);
  assert.equal(key.passes.length, 2);
  await key.fail();
  await key.clock.advance(199);
  assert.equal(key.passes.length, 2);
  key.change();
  assert.equal(key.passes.length, 3);
  await key.end({ result: "settled" });
  assert.equal(key.trace(), "current → backingOff → current → backingOff → current → idle");
  assert.deepEqual(key.clock.pending(), []);
});

test("a pass that was overtaken is repeated after a moment, and never in a tight loop", async () => {
  const key = aKey();
  for (let i = 0; i < 12; i += 1) {
    await key.end({ result: "overtaken" });
    await key.clock.advance(i === 0 ? 20 : 5_000);
  }
  assert.equal(key.passes.length, 13);
  await key.end({ result: "overtaken" });
  await key.clock.advance(4_999);
  assert.equal(key.passes.length, 13, "the pause has grown to its ceiling");
});

test("a plan that names a time is made again at that time", async () => {
  const key = aKey();
  await key.end({ result: "settled", requeueAfterMs: 5_000 });
  assert.equal(key.trace(), "current → resting");
  await key.clock.advance(5_000);
  assert.equal(key.passes.length, 2);
});

test("the actor of an object that is gone ends, unless it came back during the pass", async () => {
  const key = aKey();
  key.change();
  await key.end({ result: "gone" });
  assert.equal(key.actor.getSnapshot().status, "active");
  await key.end({ result: "gone" });
  assert.equal(key.actor.getSnapshot().status, "done");
});

test("a change is heard in every state", () => {
  const [initial] = initialTransition(keyMachine, { key: "default/web" });
  const table = Object.fromEntries(
    ["idle", "resting", "overtaken", "backingOff", "current", "outdated"].map((state) => {
      const value = state === "current" || state === "outdated" ? { reconciling: state } : state;
      const from = keyMachine.resolveState({ value, context: initial.context });
      const [next] = transition(keyMachine, from, { type: "object.changed" });
      return [state, next.value];
    }),
  );
  assert.deepEqual(table, {
    idle: { reconciling: "current" },
    resting: { reconciling: "current" },
    overtaken: { reconciling: "current" },
    backingOff: { reconciling: "current" },
    current: { reconciling: "outdated" },
    outdated: { reconciling: "outdated" },
  });
});
