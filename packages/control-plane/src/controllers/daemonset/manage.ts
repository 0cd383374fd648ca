/**
 * One pod on each board that should have one, none elsewhere: what is missing, too many, over, or out of place. Pure.
 */
import { isReady, type Pod } from "@kubus/shared/api/pod.ts";
import { failuresOf, replaceableAt } from "./failures.ts";
import { allowsSurge } from "./rolling.ts";
import { isCounted, isNewest, isTerminating, type Board, type Survey } from "./survey.ts";

export interface Placement {
  readonly board: Board;
  /** How often pods failed there in a row. */
  readonly failures: number;
}

export interface Upkeep {
  readonly make: readonly Placement[];
  /** Pods that ended. Each is replaced by itself. */
  readonly over: readonly Pod[];
  /** Pods that are too many, or on a board where they do not belong. */
  readonly surplus: readonly Pod[];
  /** Failed pods whose pause is not over. */
  readonly paused: readonly Pod[];
}

export function manage(survey: Survey): Upkeep {
  const all = survey.boards.map((board) => manageBoard(survey, board));
  return {
    make: all.flatMap(({ make }) => make),
    over: all.flatMap(({ over }) => over),
    surplus: [...all.flatMap(({ surplus }) => surplus), ...survey.strays],
    paused: all.flatMap(({ paused }) => paused),
  };
}

const nothing: Upkeep = { make: [], over: [], surplus: [], paused: [] };

function manageBoard(survey: Survey, board: Board): Upkeep {
  const { pods, shouldRun, mayStay } = board;
  const lasting = pods.filter((pod) => !isTerminating(pod));
  if (!mayStay) return { ...nothing, surplus: lasting };
  if (pods.length === 0) return shouldRun ? { ...nothing, make: [{ board, failures: 0 }] } : nothing;
  const failed = lasting.filter(({ status }) => status?.phase === "Failed");
  const succeeded = lasting.filter(({ status }) => status?.phase === "Succeeded");
  const running = lasting.filter((pod) => !failed.includes(pod) && !succeeded.includes(pod));
  const due = failed.filter((pod) => replaceableAt(pod) <= survey.now);
  const paused = failed.filter((pod) => !due.includes(pod));
  const over = [...due, ...succeeded];
  const isEmpty = running.length === 0 && paused.length === 0;
  // A pod that is ending holds the place, unless two may be there at once.
  const isFree = lasting.length === pods.length || allowsSurge(survey.daemonSet);
  const failures = Math.max(0, ...due.map(failuresOf));
  return {
    make: shouldRun && isEmpty && isFree ? [{ board, failures }] : [],
    over,
    surplus: surplusOf(survey, running),
    paused,
  };
}

/** Of several pods on a board the oldest stays; with surge, the newest template's joins it until it serves. */
function surplusOf(survey: Survey, running: readonly Pod[]): readonly Pod[] {
  if (running.length <= 1) return [];
  if (!allowsSurge(survey.daemonSet)) return running.slice(1);
  const newest = running.find((pod) => isNewest(survey, pod));
  const old = running.find((pod) => !isNewest(survey, pod));
  const others = running.filter((pod) => pod !== newest && pod !== old);
  if (newest === undefined || old === undefined) return others;
  return !isReady(old) || isCounted(survey, newest) ? [...others, old] : others;
}
