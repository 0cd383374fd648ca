/**
 * How well a board suits a pod that may be on it. THE table of scores; each is between 0 and 100, the weights say what
 * matters. Pure.
 */
import type { Board } from "./board.ts";
import { boardScores } from "./board-scores.ts";
import type { Profile } from "./profiles.ts";
import { balanced, fewestPods, leastAllocated, mostAllocated, spread } from "./scores/room.ts";
import type { Score } from "./scores/score-row.ts";
import { evenly, neighbours, preferred, untainted } from "./scores/wishes.ts";
import type { Surroundings } from "./surroundings/surroundings.ts";
import type { Want } from "./want.ts";

export type { Score };

/** What matters how much. Kubernetes' weights, but spreading comes first: boards are many, small and mortal. */
export const scores: readonly { readonly name: string; readonly weight: number; readonly score: Score }[] = [
  { name: "spread", weight: 5, score: spread },
  { name: "untainted", weight: 3, score: untainted },
  { name: "neighbours", weight: 2, score: neighbours },
  { name: "evenly", weight: 2, score: evenly },
  { name: "preferred", weight: 2, score: preferred },
  { name: "leastAllocated", weight: 1, score: leastAllocated },
  { name: "balanced", weight: 1, score: balanced },
  { name: "fewestPods", weight: 1, score: fewestPods },
  ...boardScores,
  // Only for profiles that pack.
  { name: "mostAllocated", weight: 0, score: mostAllocated },
];

export interface Ranking {
  readonly want: Want;
  readonly around: Surroundings;
  readonly profile: Profile;
}

/** The best board. Of equals the one with the fewest pods, then the first by name. */
export function bestOf({ want, around, profile }: Ranking, boards: readonly Board[]): Board | undefined {
  if (boards.length <= 1) return boards[0];
  const parts = scores.flatMap(({ name, weight: usual, score }) => {
    const weight = profile.weights[name] ?? usual;
    const of = weight === 0 ? undefined : score(want, boards, around);
    return of === undefined ? [] : [{ weight, of }];
  });
  let best: Ranked | undefined;
  for (const board of boards) {
    let total = 0;
    for (const { weight, of } of parts) total += weight * of(board);
    const next = { board, score: total };
    if (best === undefined || isBetter(next, best)) best = next;
  }
  return best?.board;
}

interface Ranked {
  readonly board: Board;
  readonly score: number;
}

function isBetter(a: Ranked, b: Ranked): boolean {
  if (a.score !== b.score) return a.score > b.score;
  const [pods, otherPods] = [a.board.load.pods.size, b.board.load.pods.size];
  return pods === otherPods ? a.board.name < b.board.name : pods < otherPods;
}
