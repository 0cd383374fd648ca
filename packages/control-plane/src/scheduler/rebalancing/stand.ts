/**
 * How rebalancing stands: THE decision, from which both the plan and the chart's state are made. Pure.
 */
import { controllerOf, keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isLiving } from "../../controllers/workload/availability.ts";
import { isCalm, newcomers, troubleOf, type Newcomer } from "./boards.ts";
import { forecast } from "./forecast.ts";
import { rebalancingLimits as limits } from "./limits.ts";
import { canSpare, isMovable, isWhole } from "./movable.ts";
import { byOwner, movesTo, type Move } from "./moves.ts";
import { recordIn, type MoveRecord } from "./record.ts";
import type { Outlook, View } from "./view.ts";

export type Stand =
  /** `dueInMs`: when something may have changed without a word; undefined: never. */
  | { readonly type: "idle"; readonly why: string; readonly dueInMs: number | undefined }
  | { readonly type: "calming" | "pausing"; readonly why: string; readonly dueInMs: number }
  /** `ask`: the pod is to be asked to leave (again). */
  | {
      readonly type: "moving";
      readonly why: string;
      readonly dueInMs: number;
      readonly ask: MoveRecord | undefined;
      /** Set when this is where the move begins. */
      readonly begins?: Move;
    };

const known = new WeakMap<View, Stand>();

/** Worked out once for each view. */
export function standOf(view: View): Stand {
  const stand = known.get(view) ?? look(view);
  known.set(view, stand);
  return stand;
}

function look(view: View): Stand {
  const { now } = view;
  const record = recordIn(view.lastMove);
  const open = record === undefined ? undefined : openMove(record, view);
  if (open !== undefined) return open;
  const came = newcomers(view);
  if (came.length === 0) return { type: "idle", why: "no board came lately", dueInMs: undefined };
  const trouble = troubleOf(view);
  if (trouble !== undefined) return { type: "pausing", why: trouble, dueInMs: limits.lookMs };
  const restless = came.filter((board) => !isCalm(board, now));
  if (restless.length > 0) return calming(restless, now);
  const restMs = (record?.at ?? 0) + limits.spacingMs - now;
  if (restMs > 0) return { type: "pausing", why: "a pod was moved a moment ago", dueInMs: restMs };
  const move = nextMove(came, view);
  return move === undefined ? even : beginning(move, now);
}

/** The move that was begun last, while it is not over; and the time after one that went wrong. */
function openMove(record: MoveRecord, { pods, ownerOf, now }: View): Stand | undefined {
  const { pod, from, to, at } = record;
  const siblings = pods.filter((one) => controllerOf(one)?.uid === record.owner);
  const owner = siblings.map(ownerOf).find((one) => one !== undefined);
  // Without an owner, or without its pods, there is nothing to wait for.
  if (owner === undefined) return undefined;
  const hasLeft = !siblings.some((one) => one.metadata.uid === record.uid && isLiving(one));
  const { replicas = 1 } = owner.spec;
  if (hasLeft && isWhole(owner, siblings, now)) return afterMove(record, siblings, now);
  const leftMs = at + limits.replacementMs - now;
  if (leftMs > 0) {
    const living = siblings.filter(isLiving).length;
    const why = `${pod} moves from ${from} to ${to}: ${hasLeft ? `its replacement is awaited, ${living} of ${replicas} are there` : "it is asked to leave"}`;
    return { type: "moving", why, dueInMs: leftMs, ask: hasLeft ? undefined : record };
  }
  return aftermath(record, now, `what ${pod} belongs to is not whole since it was moved`);
}

/** The replacement is there; if none is where it was meant to be, the scheduler knows better, and there is a pause. */
function afterMove(record: MoveRecord, siblings: View["pods"], now: number): Stand | undefined {
  const made = (text: string) => Date.parse(text);
  const hasCome = siblings.some(
    ({ metadata, spec }) => spec.nodeName === record.to && made(metadata.creationTimestamp) >= record.at,
  );
  return hasCome ? undefined : aftermath(record, now, `the replacement of ${record.pod} went elsewhere`);
}

function aftermath({ at }: MoveRecord, now: number, why: string): Stand | undefined {
  const leftMs = at + limits.afterTroubleMs - now;
  return leftMs > 0 ? { type: "pausing", why, dueInMs: leftMs } : undefined;
}

/** One board that may go again at any moment is reason enough to leave all pods where they are. */
function calming(restless: readonly Newcomer[], now: number): Stand {
  const last = Math.max(...restless.map(({ since }) => since));
  const names = restless.map(({ name }) => name).join(", ");
  return { type: "calming", why: `${names} came a moment ago`, dueInMs: last + limits.calmMs - now };
}

/** Pods come, go and become ready without waking anybody here. */
const even: Stand = { type: "idle", why: "no move would clearly help", dueInMs: limits.lookMs };

function nextMove(came: readonly Newcomer[], view: View): Move | undefined {
  const mayGo = moversIn(view);
  let outlook: Outlook | undefined;
  let tried = 0;
  for (const move of movesTo(came, view, mayGo)) {
    if (tried === limits.forecastsMax) return undefined;
    tried += 1;
    outlook ??= view.outlook();
    if (forecast(move.pod, outlook) === move.to) return move;
  }
  return undefined;
}

/** Whether a pod may move; what depends on its owner is worked out once. */
function moversIn(view: View): (pod: Pod) => boolean {
  const families = byOwner(view.pods);
  const verdicts = new Map<string, boolean>();
  return (pod) => {
    const owner = view.ownerOf(pod);
    if (owner === undefined) return false;
    const { uid } = owner.metadata;
    const mayLose = verdicts.get(uid) ?? canSpare(owner, families.get(uid) ?? [], view);
    verdicts.set(uid, mayLose);
    return mayLose && isMovable(pod, owner, view);
  };
}

function beginning(move: Move, now: number): Stand {
  const { pod, from, to } = move;
  const key = keyOf(pod);
  const owner = controllerOf(pod)?.uid ?? "";
  return {
    type: "moving",
    why: `${key} moves from ${from} to ${to}: it is asked to leave`,
    dueInMs: limits.replacementMs,
    ask: { pod: key, uid: pod.metadata.uid, owner, from, to, at: now },
    begins: move,
  };
}
