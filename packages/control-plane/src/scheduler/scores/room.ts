/** Scores by what is free on a board: much for spreading out, little for packing. Pure. */
import type { Board } from "../board.ts";
import type { Want } from "../want.ts";
import { fewest, full, type Score } from "./score-row.ts";

const share = (used: number, whole: number): number => (whole <= 0 ? 1 : Math.min(1, used / whole));

const cpu = ({ weight }: Want, board: Board): number => share(board.load.weight.cpu + weight.cpu, board.cpu);
const memory = ({ weight }: Want, board: Board): number =>
  share(board.load.weight.memory + weight.memory, board.memory);

/** Most room left afterwards. */
export const leastAllocated: Score = (want) => (board) =>
  full * (1 - (cpu(want, board) + memory(want, board)) / 2);

/** Least room left afterwards. */
export const mostAllocated: Score = (want) => (board) =>
  (full * (cpu(want, board) + memory(want, board))) / 2;

/** Processor and memory are used alike. */
export const balanced: Score = (want) => (board) =>
  full * (1 - Math.abs(cpu(want, board) - memory(want, board)));

/** Replicas of one controller do not share the fate of one board. */
export const spread: Score = ({ owner }, boards) =>
  owner === undefined ? undefined : fewest(boards, ({ load }) => load.siblings.get(owner) ?? 0);

export const fewestPods: Score = (_, boards) => fewest(boards, ({ load }) => load.pods.size);
