/** Room: processor, memory, disk, whatever else a board offers by name, and the number of pods. Pure. */
import type { Board } from "../board.ts";
import type { Want } from "../want.ts";
import type { Filter } from "./filter-row.ts";

export const resources: Filter = {
  name: "resources",
  helpedBy: ["boardCame", "boardRoom", "podLeft"],
  isAboutOthers: false,
  prepare: ({ requests }) => {
    const wanted = [...requests].filter(([, amount]) => amount > 0);
    return (board) => {
      const { load, allocatable, podsMax } = board;
      const isFull = load.pods.size + 1 > podsMax;
      if (!isFull && wanted.every(([name, amount]) => amount <= freeOf(board, name))) return undefined;
      const short = wanted.filter(([name, amount]) => amount > freeOf(board, name));
      return {
        reasons: [...(isFull ? ["Too many pods"] : []), ...short.map(([name]) => `Insufficient ${name}`)],
        // An empty board would not do either.
        isFinal: podsMax === 0 || short.some(([name, amount]) => amount > (allocatable.get(name) ?? 0)),
      };
    };
  },
};

const freeOf = ({ allocatable, load }: Board, name: string): number =>
  (allocatable.get(name) ?? 0) - (load.requested.get(name) ?? 0);

/** How many pods that ask for the same find room on the board now. */
export function roomFor({ requests }: Want, board: Board): number {
  const rooms = [...requests].map(([name, amount]) =>
    amount > 0 ? Math.floor(freeOf(board, name) / amount) : Number.POSITIVE_INFINITY,
  );
  return Math.max(0, Math.min(board.podsMax - board.load.pods.size, ...rooms));
}
