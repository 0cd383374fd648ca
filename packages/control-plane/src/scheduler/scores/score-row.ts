/** What a score is: a row of the table in `score.ts`. */
import type { Board } from "../board.ts";
import type { Surroundings } from "../surroundings/surroundings.ts";
import type { Want } from "../want.ts";

/**
 * Between 0 and 100 for each board. `boards` are those that are left, so that a score can be relative; it is worked out
 * once for all of them. Undefined: it is the same for each.
 */
export type Score = (
  want: Want,
  boards: readonly Board[],
  around: Surroundings,
) => ((board: Board) => number) | undefined;

export const full = 100;

/** 100 for the smallest count, 0 for the largest. Counts are not negative. */
export function fewest(
  boards: readonly Board[],
  count: (board: Board) => number,
): ((board: Board) => number) | undefined {
  let most = 0;
  for (const board of boards) most = Math.max(most, count(board));
  return most === 0 ? undefined : (board) => full * (1 - count(board) / most);
}
