/** Scores by what pods would like: boards, taints that only discourage, neighbours, an even spread. Pure. */
import { preference } from "../affinity.ts";
import type { Board } from "../board.ts";
import { constraintsOf, countsOf } from "../filters/spread.ts";
import { untoleratedCount } from "../filters/taints.ts";
import { crowdOf } from "../surroundings/crowd.ts";
import { preferences } from "../surroundings/pod-terms.ts";
import type { Surroundings, Tally } from "../surroundings/surroundings.ts";
import { fewest, full, type Score } from "./score-row.ts";

export const preferred: Score = ({ pod }, boards) => {
  const wishes = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (wishes.length === 0) return undefined;
  const most = boards.reduce((max, { node }) => Math.max(max, preference(pod, node)), 0);
  return most === 0 ? undefined : ({ node }) => (full * preference(pod, node)) / most;
};

/** The fewer taints of effect PreferNoSchedule that the pod does not tolerate, the better. */
export const untainted: Score = ({ pod }, boards) =>
  fewest(boards, ({ softTaints }) => untoleratedCount(pod, softTaints));

/** 100 for the board whose surroundings the pod likes best, and where it is liked best; 0 for the worst. */
export const neighbours: Score = (want, boards, around) => {
  const wish = wishFor(want, around);
  if (wish === undefined) return undefined;
  const values = boards.map(wish);
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return most === least ? undefined : (board) => (full * (wish(board) - least)) / (most - least);
};

/** The sum of the pod's wishes that a board fulfils, and of those about it of pods that are there. */
function wishFor(
  { pod }: Parameters<Score>[0],
  around: Surroundings,
): ((board: Board) => number) | undefined {
  const weights = new Map<string, Map<string, number>>();
  const note = (key: string, tally: Tally, weight: number) => {
    const domains = weights.get(key) ?? new Map<string, number>();
    for (const [name, count] of tally) {
      const domain = around.boardNamed(name)?.labels[key];
      if (domain !== undefined) domains.set(domain, (domains.get(domain) ?? 0) + weight * count);
    }
    if (domains.size > 0) weights.set(key, domains);
  };
  for (const { weight, term } of preferences(pod))
    note(term.topologyKey, around.tally(crowdOf(term, pod, around.namespaceLabels)), weight);
  for (const { crowd, topologyKey, weight, holders } of around.held("wishes"))
    if (crowd.includes(pod)) note(topologyKey, holders, weight);
  if (weights.size === 0) return undefined;
  const scopes = [...weights];
  return ({ labels }) =>
    scopes.reduce((sum, [key, domains]) => sum + (domains.get(labels[key] ?? "") ?? 0), 0);
}

/** For wishes of an even spread: the fewer pods of the kind where the board is, the better. */
export const evenly: Score = ({ pod }, boards, around) => {
  const demands = constraintsOf(pod, "ScheduleAnyway");
  if (demands.length === 0) return undefined;
  const wishes = demands.map((constraint) => {
    const counts = countsOf(constraint, { pod, demands, around });
    // As in Kubernetes: a domain of many counts for more, since an even spread over it is finer.
    return { key: constraint.topologyKey, counts, weight: Math.log(counts.size + 2) };
  });
  // A board without the label is in nobody's domain: it counts as the fullest.
  const worst = new Map(wishes.map(({ key, counts }) => [key, 1 + Math.max(0, ...counts.values())]));
  const crowding = ({ labels }: Board) =>
    wishes.reduce((sum, { key, counts, weight }) => {
      const domain = labels[key];
      const count = domain === undefined ? worst.get(key) : counts.get(domain);
      return sum + weight * (count ?? 0);
    }, 0);
  return fewest(boards, crowding);
};
