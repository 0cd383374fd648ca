/**
 * Which pods go and which come for a newer template: within `maxUnavailable` old ones end first, within `maxSurge`
 * new ones come first. Pure.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { DaemonSet } from "@kubus/shared/api/workload.ts";
import { isCounted, isNewest, isTerminating, type Board, type Survey } from "./survey.ts";

export interface Change {
  /** Boards that get a pod. */
  readonly make: readonly Board[];
  readonly end: readonly Pod[];
}

export interface Limits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export function limitsOf({ spec }: DaemonSet, desired: number): Limits {
  const { type, rollingUpdate = {} } = spec.updateStrategy ?? {};
  if (type === "OnDelete") return { maxSurge: 0, maxUnavailable: 0 };
  const amount = (value: number | string) =>
    typeof value === "number" ? value : Math.ceil((Number.parseInt(value, 10) * desired) / 100);
  const maxSurge = amount(rollingUpdate.maxSurge ?? 0);
  const maxUnavailable = amount(rollingUpdate.maxUnavailable ?? 1);
  // Neither would never move.
  return { maxSurge, maxUnavailable: maxSurge + maxUnavailable === 0 ? 1 : maxUnavailable };
}

/** Two pods are allowed on a board while one takes over from the other. */
export const allowsSurge = (daemonSet: DaemonSet): boolean => limitsOf(daemonSet, 1).maxSurge > 0;

export function rollingStep(survey: Survey): Change {
  const { boards, daemonSet, desired } = survey;
  const limits = limitsOf(daemonSet, desired);
  const sorted = boards.filter((board) => board.shouldRun || board.pods.length > 0);
  const pairs = sorted.map((board) => pairOn(survey, board));
  return limits.maxSurge > 0 ? surge(survey, pairs, limits) : replace(survey, pairs, limits);
}

interface Pair {
  readonly board: Board;
  readonly old: Pod | undefined;
  readonly newest: Pod | undefined;
  /** More of a sort than one: they are sorted out before this board counts. */
  readonly isCrowded: boolean;
}

function pairOn(survey: Survey, board: Board): Pair {
  const lasting = board.pods.filter((pod) => !isTerminating(pod));
  const newest = lasting.filter((pod) => isNewest(survey, pod));
  const old = lasting.filter((pod) => !isNewest(survey, pod));
  return { board, old: old[0], newest: newest[0], isCrowded: old.length > 1 || newest.length > 1 };
}

const isDefined = (pod: Pod | undefined): pod is Pod => pod !== undefined;

/** Old pods that serve nobody go at once; of the others as many as may be unavailable. */
function replace(survey: Survey, pairs: readonly Pair[], { maxUnavailable }: Limits): Change {
  const unavailable = pairs.filter(({ old, newest, isCrowded }) => {
    if (isCrowded || (old === undefined) === (newest === undefined)) return true;
    return newest !== undefined && !isCounted(survey, newest);
  }).length;
  const lone = pairs.filter(({ newest, isCrowded }) => newest === undefined && !isCrowded);
  const old = lone.map((pair) => pair.old).filter(isDefined);
  const idle = old.filter((pod) => !isCounted(survey, pod));
  const serving = old.filter((pod) => isCounted(survey, pod));
  return { make: [], end: [...idle, ...serving.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

/** Where the old pod serves nobody a new one comes at once; elsewhere as many as may be too many. */
function surge(survey: Survey, pairs: readonly Pair[], { maxSurge }: Limits): Change {
  const isServing = (pod: Pod | undefined) => pod !== undefined && isCounted(survey, pod);
  const both = pairs.filter(
    ({ old, newest, isCrowded }) => !isCrowded && isDefined(old) && isDefined(newest),
  );
  const surging =
    pairs.filter(({ isCrowded }) => isCrowded).length +
    both.filter(({ newest }) => !isServing(newest)).length;
  const lone = pairs.filter(
    ({ old, newest, isCrowded }) => !isCrowded && isDefined(old) && !isDefined(newest),
  );
  const idle = lone.filter(({ old }) => !isServing(old));
  const serving = lone.filter(({ old }) => isServing(old));
  const next = serving.slice(0, Math.max(0, maxSurge - surging));
  return {
    make: [...idle, ...next].map(({ board }) => board).filter(({ shouldRun }) => shouldRun),
    end: [
      ...both.filter(({ newest }) => isServing(newest)).map(({ old }) => old),
      // No new pod comes to such a board.
      ...idle.filter(({ board }) => !board.shouldRun).map(({ old }) => old),
    ].filter(isDefined),
  };
}
