/**
 * Which moves would clearly make the spread better, the best first. Pure.
 *
 * A move counts when it takes a pod from a board with at least two more than the newcomer: two more of the same owner
 * (and not fewer in all), or two more in all (and more of the same owner). INVARIANT: every such move makes
 * `2 * (sum of squares of each owner's pods per board) + (sum of squares of all pods per board)` smaller, so that there
 * is no endless moving. And only pods that are older than the newcomer's return are moved: the others were placed while
 * it was there, and a replacement is never moved again for the same board.
 */
import { controllerOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { readySince, type Newcomer } from "./boards.ts";
import { rebalancingLimits } from "./limits.ts";
import { censusOf, type Census, type View } from "./view.ts";

export interface Move {
  readonly pod: Pod;
  readonly from: string;
  readonly to: string;
  /** How many pods of the same owner the one board has more than the other, and how many in all. */
  readonly ofOwner: number;
  readonly inAll: number;
}

/** A difference that a move of one pod makes smaller. */
const clearly = 2;

export const isClearlyBetter = ({ ofOwner, inAll }: Pick<Move, "ofOwner" | "inAll">): boolean =>
  (ofOwner >= clearly && inAll >= 0) || (inAll >= clearly && ofOwner >= 1);

/** The pods of one owner on one board, of which one might move. */
interface Chance extends Omit<Move, "pod"> {
  readonly residents: readonly Pod[];
  readonly since: number;
}

/**
 * Moves to newcomers, the greatest gain first; of each board and owner one pod, the youngest that may go. Whether it
 * may is asked only as far as somebody reads on.
 */
export function* movesTo(
  targets: readonly Newcomer[],
  view: View,
  mayGo: (pod: Pod) => boolean,
): Iterable<Move> {
  for (const { residents, since, ...gain } of chances(targets, view)) {
    const candidates = residents.filter((pod) => madeAt(pod) < since).sort((a, b) => madeAt(b) - madeAt(a));
    const pod = candidates.find(mayGo);
    if (pod !== undefined) yield { pod, ...gain };
  }
}

function chances(targets: readonly Newcomer[], { nodes, pods }: View): readonly Chance[] {
  const census = censusOf(pods);
  const found = targets.flatMap((target) =>
    nodes
      .filter((node) => {
        const since = readySince(node);
        // Boards that came together with the newcomer have nothing to give: what is on them was there before.
        return since !== undefined && since + rebalancingLimits.togetherMs <= target.since;
      })
      .flatMap(({ metadata: { name } }) => chancesBetween(name, target, census)),
  );
  return found.sort((a, b) => b.ofOwner - a.ofOwner || b.inAll - a.inAll || (a.from < b.from ? -1 : 1));
}

function chancesBetween(from: string, { name: to, since }: Newcomer, census: Census): readonly Chance[] {
  const inAll = census.on(from) - census.on(to);
  if (inAll < 0) return [];
  return [...census.residents(from)].flatMap(([owner, residents]) => {
    const gain = { ofOwner: residents.length - census.of(owner, to), inAll };
    return owner === "" || !isClearlyBetter(gain) ? [] : [{ from, to, since, residents, ...gain }];
  });
}

const madeAt = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp);

/** Pods by their controller, those that end included. */
export const byOwner = (pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> =>
  Map.groupBy(pods, (pod) => controllerOf(pod)?.uid ?? "");
