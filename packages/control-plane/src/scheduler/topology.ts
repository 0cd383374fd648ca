/**
 * Topology spread: pods of a kind are spread evenly over zones, boards or whatever else nodes are labelled with. Pure.
 */
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { labelQueryOf, matchesLabels } from "../api/selectors.ts";
import { isWanted } from "./affinity.ts";
import type { Board } from "./board.ts";
import type { Filter } from "./filter.ts";
import type { Want } from "./want.ts";

/** One constraint, in the API's words. */
interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable?: "DoNotSchedule" | "ScheduleAnyway";
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly matchLabelKeys?: readonly string[];
  readonly nodeAffinityPolicy?: "Honor" | "Ignore";
}

const constraintsOf = ({ spec }: Pod): readonly Constraint[] =>
  (spec.topologySpreadConstraints ?? []) as readonly Constraint[];
const isDemand = ({ whenUnsatisfiable }: Constraint) => whenUnsatisfiable !== "ScheduleAnyway";

const mismatch = "node(s) didn't match pod topology spread constraints";

export const topologyFilters = ({ pod }: Want, boards: readonly Board[]): readonly Filter[] =>
  constraintsOf(pod)
    .filter(isDemand)
    .map((constraint) => filterFor(constraint, pod, boards));

function filterFor(constraint: Constraint, pod: Pod, boards: readonly Board[]): Filter {
  const { maxSkew, minDomains = 1, topologyKey } = constraint;
  const counts = countsOf(constraint, pod, boards);
  const least = counts.size < minDomains ? 0 : Math.min(...counts.values());
  const self = isCounted(constraint, pod, pod) ? 1 : 0;
  return (_, { node }) => {
    const domain = node.metadata.labels?.[topologyKey];
    if (domain === undefined) return [`${mismatch} (missing required label)`];
    return (counts.get(domain) ?? 0) + self - least > maxSkew ? [mismatch] : [];
  };
}

/** How many pods of the kind are in each domain in which the pod could be at all. */
function countsOf(constraint: Constraint, pod: Pod, boards: readonly Board[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { node, load } of boards) {
    const domain = node.metadata.labels?.[constraint.topologyKey];
    if (domain === undefined) continue;
    if (constraint.nodeAffinityPolicy !== "Ignore" && !isWanted(pod, node)) continue;
    const here = [...load.pods.values()].filter((other) => isCounted(constraint, pod, other.pod)).length;
    counts.set(domain, (counts.get(domain) ?? 0) + here);
  }
  return counts;
}

/** Of the same namespace, meant by the selector, not ending, and alike in the labels that must be alike. */
function isCounted({ labelSelector, matchLabelKeys = [] }: Constraint, pod: Pod, other: Pod): boolean {
  const { labels = {}, namespace } = pod.metadata;
  const { metadata } = other;
  return (
    metadata.namespace === namespace &&
    metadata.deletionTimestamp === undefined &&
    matchesLabels(labelQueryOf(labelSelector), metadata.labels) &&
    matchLabelKeys.every((key) => labels[key] === undefined || metadata.labels?.[key] === labels[key])
  );
}

/** For wishes: how many pods of the kind are where the board is; the fewer the better. */
export function crowding({ pod }: Want, boards: readonly Board[]): (board: Board) => number {
  const wishes = constraintsOf(pod)
    .filter((constraint) => !isDemand(constraint))
    .map((constraint) => ({ key: constraint.topologyKey, counts: countsOf(constraint, pod, boards) }));
  return ({ node }) =>
    wishes.reduce((sum, { key, counts }) => sum + (counts.get(node.metadata.labels?.[key] ?? "") ?? 0), 0);
}
