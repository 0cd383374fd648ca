/** From the first look at the boards to the binding: what a pod waits for, and for how long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { eventTable, stateText } from "@kubus/shared/testing/event-table.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { aPod } from "../controllers/testing/builders.ts";
import type { Decision } from "./decide.ts";
import { placementLimits, placementMachine, type Setback, type VolumesSeen } from "./placement.machine.ts";
import { wantOf } from "./want.ts";

const want = wantOf(aPod("web"));
const message = "no nodes available to schedule pods";
const refusal: Decision = { type: "unschedulable", want, message, by: ["schedulable"] };
const board: Decision = { type: "bind", want, node: "board-1", claims: [] };
const boardWithVolumes: Decision = { ...board, claims: ["data"] };
const victim = wantOf(aPod("lesser"));
const eviction: Decision = { type: "preempt", want, node: "board-1", victims: [victim], message };
const leaving: Decision = { type: "awaitVictims", want, node: "board-1", message, by: ["resources"] };

interface World {
  /** They come in this order, the last one for ever. */
  readonly decisions: readonly Decision[];
  /** What is seen of the claims, in this order, the last for ever. */
  readonly volumes?: readonly VolumesSeen[];
  /** So many writes fail. */
  readonly failures?: number;
  /** Decisions are not made before `decideNow`. */
  readonly isSlow?: boolean;
}

async function aPlacement({ decisions, volumes = ["bound"], failures = 0, isSlow = false }: World) {
  const clock = simulatedClock();
  const trace: string[] = [];
  const setbacks: string[] = [];
  const held: (() => void)[] = [];
  let [decided, seen, failed] = [0, 0, 0];
  const write = () => {
    failed += 1;
    return failed <= failures ? Promise.reject(new Error("the bus is away")) : Promise.resolve();
  };
  const look = () => {
    const one = volumes[Math.min(seen, volumes.length - 1)] ?? "bound";
    seen += 1;
    return Promise.resolve(one);
  };
  const logic = placementMachine.provide({
    actors: {
      decide: fill<Decision, { readonly key: string }>(async () => {
        if (isSlow) await new Promise<void>((resolve) => held.push(resolve));
        const decision = decisions[Math.min(decided, decisions.length - 1)];
        decided += 1;
        return decision ?? assert.fail("no decision");
      }),
      preempt: fill<unknown, Decision>(write),
      bind: fill<unknown, Decision>(write),
      selectNode: fill<VolumesSeen, Decision>(look),
      seeVolumes: fill<VolumesSeen, Decision>(look),
      explain: fill<unknown, Decision>(() => Promise.resolve()),
      stepBack: fill<unknown, Setback>(({ why }) => {
        setbacks.push(why);
        return Promise.resolve();
      }),
    },
  });
  const onError = (error: unknown) => assert.fail(String(error));
  const actor = startActor(logic, { id: "placement", input: { key: "default/web" }, clock, onError });
  const note = (value: unknown) => {
    const state = stateText(value);
    if (trace.at(-1) !== state) trace.push(state);
  };
  note(actor.getSnapshot().value);
  actor.subscribe(({ value }) => note(value));
  await settle();
  return {
    clock,
    trace: () => trace.join(" → "),
    decided: () => decided,
    setbacks,
    why: () => actor.getSnapshot().context.why,
    isDone: () => actor.getSnapshot().status === "done",
    change: async () => {
      actor.send({ type: "object.changed" });
      await settle();
    },
    decideNow: async () => {
      held.shift()?.();
      await settle();
    },
  };
}

test("binds where it may", async () => {
  const placement = await aPlacement({ decisions: [board] });
  assert.equal(placement.trace(), "waiting.current → binding → settled");
  assert.equal(placement.isDone(), true);
});

test("a change during the pause is looked at after it, one later at once", async () => {
  const placement = await aPlacement({ decisions: [refusal, refusal, board] });
  await placement.change();
  await placement.clock.advance(999);
  assert.equal(placement.decided(), 1);
  await placement.clock.advance(1);
  await placement.clock.advance(2_000);
  await placement.change();
  assert.equal(
    placement.trace(),
    "waiting.current → unschedulable.cooling.current → unschedulable.cooling.outdated → waiting.current → " +
      "unschedulable.cooling.current → unschedulable.watching → waiting.current → binding → settled",
  );
});

test("a change while it is in line is not lost: the refusal may be no longer true", async () => {
  const placement = await aPlacement({ decisions: [refusal, board], isSlow: true });
  await placement.change();
  await placement.decideNow();
  assert.equal(placement.trace(), "waiting.current → waiting.outdated → unschedulable.cooling.outdated");
  await placement.clock.advance(1_000);
  await placement.decideNow();
  assert.equal(placement.isDone(), true);
});

test("the pauses grow to ten seconds and no further, and nobody looks without a change", async () => {
  const placement = await aPlacement({ decisions: [refusal] });
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

test("a binding that could not be written is told, and decided anew after a pause", async () => {
  const placement = await aPlacement({ decisions: [board], failures: 2 });
  await placement.clock.advance(1_000);
  assert.equal(placement.isDone(), false);
  await placement.clock.advance(2_000);
  const round = "waiting.current → binding → backingOff → ";
  assert.equal(placement.trace(), `${round}${round}waiting.current → binding → settled`);
  assert.deepEqual(placement.setbacks, ["Error: the bus is away", "Error: the bus is away"]);
});

test("drives others away, waits until they are gone, and is bound", async () => {
  const placement = await aPlacement({ decisions: [eviction, leaving, board] });
  assert.equal(placement.trace(), "waiting.current → preempting → waiting.current → awaitingVictims");
  assert.equal(placement.why(), "waits for others to leave board-1");
  await placement.change();
  assert.equal(
    placement.trace(),
    "waiting.current → preempting → waiting.current → awaitingVictims → waiting.current → binding → settled",
  );
});

test("victims that never go are looked at again after a while, without any change", async () => {
  const placement = await aPlacement({ decisions: [leaving, board] });
  await placement.clock.advance(placementLimits.patienceMs);
  assert.equal(placement.isDone(), true);
});

test("a preemption that failed half way is decided anew", async () => {
  const placement = await aPlacement({ decisions: [eviction, board], failures: 1 });
  await placement.clock.advance(1_000);
  assert.equal(
    placement.trace(),
    "waiting.current → preempting → backingOff → waiting.current → binding → settled",
  );
});

test("waits for the pod's claims to be bound before it is", async () => {
  const placement = await aPlacement({
    decisions: [boardWithVolumes],
    volumes: ["waiting", "waiting", "bound"],
  });
  assert.equal(placement.why(), "goes to board-1 when its claims are bound: data");
  await placement.change();
  assert.equal(
    placement.trace(),
    "waiting.current → selectingNode → awaitingVolumes.looking → awaitingVolumes.watching → " +
      "awaitingVolumes.looking → binding → settled",
  );
});

test("chooses again when nobody can make the volumes on the board, or not in time", async () => {
  const lost = await aPlacement({ decisions: [boardWithVolumes, board], volumes: ["waiting", "lost"] });
  await lost.clock.advance(1_000);
  assert.equal(lost.isDone(), true);
  assert.deepEqual(lost.setbacks, ["the board that was chosen cannot have the pod's volumes"]);
  const late = await aPlacement({ decisions: [boardWithVolumes, board], volumes: ["waiting"] });
  await late.change();
  await late.clock.advance(placementLimits.volumesMs - 1);
  assert.deepEqual(late.setbacks, []);
  await late.change();
  await late.clock.advance(1);
  assert.deepEqual(
    late.setbacks,
    ["binding volumes: context deadline exceeded"],
    "a change grants no more time",
  );
  await late.clock.advance(1_000);
  assert.equal(late.isDone(), true);
});

test("ends when the pod goes while its claims are being bound", async () => {
  const placement = await aPlacement({ decisions: [boardWithVolumes], volumes: ["waiting", "gone"] });
  assert.equal(placement.isDone(), true);
});

test("a gate holds the pod until something changes", async () => {
  const placement = await aPlacement({ decisions: [{ type: "gated", gates: ["a", "b"] }, board] });
  assert.equal(placement.trace(), "waiting.current → gated");
  assert.equal(placement.why(), "held back by a, b");
  assert.deepEqual(placement.clock.pending(), []);
  await placement.change();
  assert.equal(placement.isDone(), true);
});

test("ends when the pod is no longer its to place", async () => {
  const placement = await aPlacement({ decisions: [{ type: "none" }] });
  assert.equal(placement.trace(), "waiting.current → settled");
});

test("what each state makes of a change", () => {
  const cooling = (state: string) => ({ unschedulable: { cooling: state } });
  const rows = eventTable({
    machine: placementMachine,
    input: { key: "default/web" },
    events: { "object.changed": { type: "object.changed" } },
    states: [
      { waiting: "current" },
      { waiting: "outdated" },
      "preempting",
      "awaitingVictims",
      "selectingNode",
      { awaitingVolumes: "looking" },
      { awaitingVolumes: "watching" },
      "binding",
      cooling("current"),
      cooling("outdated"),
      { unschedulable: "watching" },
      "gated",
      "backingOff",
    ],
  });
  assert.deepEqual(
    rows.map((row) => row.replace("object.changed → ", "")),
    [
      "waiting.current: waiting.outdated",
      "waiting.outdated: ·",
      "preempting: ·",
      "awaitingVictims: waiting.current",
      "selectingNode: ·",
      "awaitingVolumes.looking: ·",
      "awaitingVolumes.watching: awaitingVolumes.looking",
      "binding: ·",
      "unschedulable.cooling.current: unschedulable.cooling.outdated",
      "unschedulable.cooling.outdated: ·",
      "unschedulable.watching: waiting.current",
      "gated: waiting.current",
      "backingOff: ·",
    ],
  );
});
