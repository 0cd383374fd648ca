/**
 * How well a board suits a pod that may be on it. Each score is between 0 and 100; the weights say what matters. Pure.
 */
import { preference } from "./affinity.ts";
import type { Board } from "./board.ts";
import { boardScores } from "./board-scores.ts";
import { tolerates } from "../nodes/eviction.ts";
import { neighbourWishes } from "./neighbours.ts";
import { crowding } from "./topology.ts";
import type { Want } from "./want.ts";

/** Among all boards that are left, so that a score can be relative. */
type Score = (want: Want, boards: readonly Board[]) => (board: Board) => number;

const full = 100;

const fractions = ({ weight }: Want, { allocatable, load }: Board) => {
  const share = (used: number, whole: number) => (whole === 0 ? 1 : Math.min(1, used / whole));
  return {
    cpu: share(load.weight.cpu + weight.cpu, allocatable.get("cpu") ?? 0),
    memory: share(load.weight.memory + weight.memory, allocatable.get("memory") ?? 0),
  };
};

/** Most room left afterwards. */
const leastAllocated: Score = (want) => (board) => {
  const { cpu, memory } = fractions(want, board);
  return full * (1 - (cpu + memory) / 2);
};

/** Processor and memory are used alike. */
const balanced: Score = (want) => (board) => {
  const { cpu, memory } = fractions(want, board);
  return full * (1 - Math.abs(cpu - memory));
};

/** 100 for the smallest count, 0 for the largest. */
function fewest(boards: readonly Board[], count: (board: Board) => number): (board: Board) => number {
  const most = boards.reduce((max, board) => Math.max(max, count(board)), 0);
  return (board) => (most === 0 ? full : full * (1 - count(board) / most));
}

/** Replicas of one controller do not share the fate of one board. */
const spread: Score = ({ owner = "" }, boards) => fewest(boards, ({ load }) => load.siblings.get(owner) ?? 0);

const fewestPods: Score = (_, boards) => fewest(boards, ({ load }) => load.pods.size);

const preferred: Score = ({ pod }, boards) => {
  const most = boards.reduce((max, { node }) => Math.max(max, preference(pod, node)), 0);
  return ({ node }) => (most === 0 ? 0 : (full * preference(pod, node)) / most);
};

const untainted: Score = ({ pod }, boards) =>
  fewest(
    boards,
    ({ taints }) =>
      taints.filter(
        (taint) =>
          taint.effect === "PreferNoSchedule" &&
          !(pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint)),
      ).length,
  );

/** 100 for the board whose surroundings the pod likes best, 0 for the worst. */
const neighbours: Score = (want, boards) => {
  const wish = neighbourWishes(want, boards);
  const values = boards.map(wish);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return (board) => (most === least ? 0 : (full * (wish(board) - least)) / (most - least));
};

const evenly: Score = (want, boards) => fewest(boards, crowding(want, boards));

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
];

/** The best board. Of equals the one with the fewest pods, then the first by name. */
export function bestOf(want: Want, boards: readonly Board[]): Board | undefined {
  if (boards.length <= 1) return boards[0];
  const parts = scores.map(({ weight, score }) => ({ weight, of: score(want, boards) }));
  const total = (board: Board) => parts.reduce((sum, { weight, of }) => sum + weight * of(board), 0);
  const ranked = boards.map((board) => ({ board, score: total(board) }));
  return ranked.reduce((best, next) => (isBetter(next, best) ? next : best)).board;
}

interface Ranked {
  readonly board: Board;
  readonly score: number;
}

function isBetter(a: Ranked, b: Ranked): boolean {
  if (a.score !== b.score) return a.score > b.score;
  const [pods, otherPods] = [a.board.load.pods.size, b.board.load.pods.size];
  return pods === otherPods ? a.board.node.metadata.name < b.board.node.metadata.name : pods < otherPods;
}
