/** From the first look at the boards to the binding: what a pod waits for, and for how long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { initialTransition, transition, type StateValue } from "xstate";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { aPod } from "../controllers/testing/builders.ts";
import type { Decision } from "./decide.ts";
import { placementLimits, placementMachine } from "./placement.machine.ts";
import { wantOf } from "./want.ts";

const pod = aPod("web");
const refusal: Decision = { type: "unschedulable", pod, message: "no nodes available to schedule pods" };
const board: Decision = { type: "bind", want: wantOf(pod), node: "board-1" };

/** Decisions come in this order, the last one for ever; bindings fail as often as told. */
async function aPlacement(decisions: readonly Decision[], failingBindings = 0) {
  const clock = simulatedClock();
  const trace: string[] = [];
  let decided = 0;
  let failures = failingBindings;
  const logic = placementMachine.provide({
    actors: {
      decide: fill<Decision, { readonly key: string }>(() => {
        const decision = decisions[Math.min(decided, decisions.length - 1)];
        decided += 1;
        return decision === undefined ? Promise.reject(new Error("no decision")) : Promise.resolve(decision);
      }),
      bind: fill<unknown, Decision>(() => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(new Error("the bus is away")) : Promise.resolve();
      }),
      explain: fill<unknown, Decision>(() => Promise.resolve()),
    },
  });
  const onError = (error: unknown) => assert.fail(String(error));
  const actor = startActor(logic, { id: "placement", input: { key: "default/web" }, clock, onError });
  const nameOf = (value: StateValue): string =>
    typeof value === "string"
      ? value
      : Object.values(value)
          .map((one) => (one === undefined ? "" : nameOf(one)))
          .join();
  const note = (value: StateValue) => {
    const state = nameOf(value);
    if (trace.at(-1) !== state) trace.push(state);
  };
  note(actor.getSnapshot().value);
  actor.subscribe(({ value }) => note(value));
  await settle();
  return {
    clock,
    trace: () => trace.join(" → "),
    decided: () => decided,
    isDone: () => actor.getSnapshot().status === "done",
    change: async () => {
      actor.send({ type: "object.changed" });
      await settle();
    },
  };
}

test("binds where it may", async () => {
  const placement = await aPlacement([board]);
  assert.equal(placement.trace(), "waiting → binding → settled");
  assert.equal(placement.isDone(), true);
});

test("a change during the pause is looked at after it, one later at once", async () => {
  const placement = await aPlacement([refusal, refusal, board]);
  await placement.change();
  await placement.clock.advance(999);
  assert.equal(placement.decided(), 1);
  await placement.clock.advance(1);
  await placement.clock.advance(2_000);
  await placement.change();
  assert.equal(
    placement.trace(),
    "waiting → current → outdated → waiting → current → watching → waiting → binding → settled",
  );
});

test("the pauses grow to ten seconds and no further, and nobody looks without a change", async () => {
  const placement = await aPlacement([refusal]);
  for (let i = 0; i < 10; i += 1) {
    await placement.change();
    await placement.clock.advance(10_000);
  }
  assert.equal(placement.decided(), 11);
  await placement.clock.advance(placementLimits.patienceMs - 1);
  assert.equal(placement.decided(), 11);
  await placement.clock.advance(10_001);
  assert.equal(placement.decided(), 12, "in case a change was missed");
});

test("a binding that could not be written is decided anew after a pause", async () => {
  const placement = await aPlacement([board], 2);
  await placement.clock.advance(1_000);
  assert.equal(placement.isDone(), false);
  await placement.clock.advance(2_000);
  assert.equal(
    placement.trace(),
    "waiting → binding → backingOff → waiting → binding → backingOff → waiting → binding → settled",
  );
});

test("a gate holds the pod until something changes", async () => {
  const placement = await aPlacement([{ type: "gated" }, board]);
  assert.equal(placement.trace(), "waiting → gated");
  assert.deepEqual(placement.clock.pending(), []);
  await placement.change();
  assert.equal(placement.isDone(), true);
});

test("ends when the pod is no longer its to place", async () => {
  const placement = await aPlacement([{ type: "none" }]);
  assert.equal(placement.trace(), "waiting → settled");
});

test("what each state makes of a change", () => {
  const [{ context }] = initialTransition(placementMachine, { key: "default/web" });
  const after = (value: StateValue) => {
    const from = placementMachine.resolveState({ value, context });
    const [next] = transition(placementMachine, from, { type: "object.changed" });
    return JSON.stringify(next.value) === JSON.stringify(value) ? "·" : next.value;
  };
  const cooling = (state: string) => ({ unschedulable: { cooling: state } });
  const table = [
    "waiting",
    "binding",
    cooling("current"),
    cooling("outdated"),
    { unschedulable: "watching" },
    "gated",
    "backingOff",
  ];
  assert.deepEqual(table.map(after), ["·", "·", cooling("outdated"), "·", "waiting", "waiting", "·"]);
});
