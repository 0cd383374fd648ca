/**
 * Decisions one after the other, so that each counts the ones before: what was decided is in the ledger at once.
 */
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { decide, decideLimits, type Decision } from "../decide.ts";
import { makeLine } from "../queue/line.ts";
import { shapeOf } from "../queue/shape.ts";
import { wantOf } from "../want.ts";
import { podOf, type Desk } from "./desk.ts";

const priorityOf = (pod: Pod | undefined) => pod?.spec.priority ?? 0;

export function decideInTurn(desk: Desk) {
  const { clock, ledger, room } = desk;
  const line = makeLine<Pod | undefined>(clock, (a, b) => priorityOf(a) > priorityOf(b));
  const think = makeThinking(desk);
  return fill<Decision, { readonly key: string }>(async ({ key }, signal) => {
    await line.turn(podOf(desk, key));
    signal.throwIfAborted();
    room.leave(key);
    const pod = podOf(desk, key);
    // What an earlier way to a board left behind.
    if (pod !== undefined) ledger.forget(pod.metadata.uid);
    const decision = think(pod);
    if (decision.type === "bind") ledger.assume(decision.want, decision.node);
    else if (decision.type === "preempt") ledger.nominate(decision.want, decision.node);
    else if (decision.type === "unschedulable") room.enter(key, decision);
    else if (decision.type === "awaitVictims") room.enter(key, { ...decision, awaits: decision.node });
    return decision;
  });
}

type Refused = Extract<Decision, { type: "unschedulable" }>;

/** As long as nothing changed, what was refused to one pod is refused to all of its shape: no board is looked at again. */
function makeThinking({ ledger, weights }: Desk): (pod: Pod | undefined) => Decision {
  const refused = new Map<string, Refused>();
  let generation = -1;
  let startAt = 0;

  return (pod) => {
    if (generation !== ledger.generation()) refused.clear();
    generation = ledger.generation();
    const shape = pod === undefined || refused.size === 0 ? undefined : shapeOf(wantOf(pod));
    const known = shape === undefined ? undefined : refused.get(shape);
    const isPlain = pod !== undefined && (pod.spec.schedulingGates ?? []).length === 0;
    if (known !== undefined && isPlain && pod.metadata.deletionTimestamp === undefined)
      return { ...known, want: wantOf(pod) };
    const boards = ledger.boards();
    const decision = decide(pod, boards, ledger.around, { startAt, weights });
    if (boards.length > 0) startAt = (startAt + decideLimits.boardsAtLeast) % boards.length;
    if (decision.type === "unschedulable") refused.set(shapeOf(decision.want), decision);
    return decision;
  };
}
