/**
 * How many pods of a crowd are on each board: counted once when first asked, then kept up pod by pod, so that no decision
 * looks at all pods of the cluster.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Crowd } from "../surroundings/crowd.ts";
import type { Tally } from "../surroundings/surroundings.ts";

export const tallyLimits = {
  /** Crowds kept count of; the one that was asked for longest ago is forgotten. Each costs a look at every pod that moves. */
  crowdsMax: 256,
} as const;

interface Count {
  readonly crowd: Crowd;
  readonly boards: Map<string, number>;
}

export interface Tallies {
  of(crowd: Crowd): Tally;
  /** A pod came to a board (1), or left it (-1), as it was when it came. */
  note(pod: Pod, board: string, sign: 1 | -1): void;
  /** Who belongs to whom has changed by itself: all is counted anew when asked. */
  forget(): void;
}

/** `everyPod` lists the pods on boards. */
export function makeTallies(
  everyPod: () => Iterable<{ readonly pod: Pod; readonly board: string }>,
): Tallies {
  const counts = new Map<string, Count>();

  const countAnew = (crowd: Crowd): Count => {
    const count: Count = { crowd, boards: new Map() };
    for (const { pod, board } of everyPod()) if (crowd.includes(pod)) change(count, board, 1);
    return count;
  };

  return {
    of: (crowd) => {
      const { signature } = crowd;
      const count = counts.get(signature) ?? countAnew(crowd);
      // The last in order is the one that was asked for last.
      counts.delete(signature);
      counts.set(signature, count);
      if (counts.size > tallyLimits.crowdsMax) {
        const [oldest] = counts.keys();
        if (oldest !== undefined) counts.delete(oldest);
      }
      return count.boards;
    },
    note: (pod, board, sign) => {
      for (const count of counts.values()) if (count.crowd.includes(pod)) change(count, board, sign);
    },
    forget: () => counts.clear(),
  };
}

function change({ boards }: Count, board: string, by: 1 | -1): void {
  const next = (boards.get(board) ?? 0) + by;
  if (next > 0) boards.set(board, next);
  else boards.delete(board);
}
