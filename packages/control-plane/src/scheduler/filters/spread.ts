/**
 * Topology spread: pods of a kind are spread evenly over zones, boards or whatever else nodes are labelled with. Pure.
 */
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isWanted } from "../affinity.ts";
import type { Board } from "../board.ts";
import { kindredOf } from "../surroundings/crowd.ts";
import type { Surroundings } from "../surroundings/surroundings.ts";
import { objection, type Check, type Filter } from "./filter-row.ts";
import { untolerated } from "./taints.ts";

/** One constraint, in the API's words. */
export interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable?: "DoNotSchedule" | "ScheduleAnyway";
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly matchLabelKeys?: readonly string[];
  /** Whether boards that the pod's affinity excludes count as domains: not, by default. */
  readonly nodeAffinityPolicy?: "Honor" | "Ignore";
  /** Whether boards whose taints exclude the pod count as domains: they do, by default. */
  readonly nodeTaintsPolicy?: "Honor" | "Ignore";
}

const mismatch = "node(s) didn't match pod topology spread constraints";
const skewed = objection(mismatch, "evictable");
const unlabelled = objection(`${mismatch} (missing required label)`, "final");

export const spread: Filter = {
  name: "spread",
  helpedBy: ["boardCame", "boardLabels", "boardTaints", "podLeft", "podEnding", "podPlaced", "podLabels"],
  isAboutOthers: true,
  prepare: ({ pod }, around) => {
    const demands = constraintsOf(pod, "DoNotSchedule");
    if (demands.length === 0) return undefined;
    const checks = demands.map((constraint) => checkFor(constraint, { pod, demands, around }));
    return (board) => {
      for (const check of checks) {
        const found = check(board);
        if (found !== undefined) return found;
      }
      return undefined;
    };
  },
};

export const constraintsOf = (
  { spec }: Pod,
  sort: "DoNotSchedule" | "ScheduleAnyway",
): readonly Constraint[] =>
  ((spec.topologySpreadConstraints ?? []) as readonly Constraint[]).filter(
    ({ whenUnsatisfiable = "DoNotSchedule" }) => whenUnsatisfiable === sort,
  );

interface Scene {
  readonly pod: Pod;
  /** All constraints of the sort: a board counts only where it has the labels of all of them. */
  readonly demands: readonly Constraint[];
  readonly around: Surroundings;
}

function checkFor(constraint: Constraint, scene: Scene): Check {
  const { maxSkew, minDomains = 1, topologyKey } = constraint;
  const { pod } = scene;
  const counts = countsOf(constraint, scene);
  const least =
    counts.size < minDomains ? 0 : [...counts.values()].reduce((a, b) => Math.min(a, b), Infinity);
  const self = kindredOf(constraint, pod).includes(pod) ? 1 : 0;
  return ({ labels }) => {
    const domain = labels[topologyKey];
    if (domain === undefined) return unlabelled;
    return (counts.get(domain) ?? 0) + self - least > maxSkew ? skewed : undefined;
  };
}

/** How many pods of the kind are in each domain in which the pod could be at all. */
export function countsOf(
  constraint: Constraint,
  { pod, demands, around }: Scene,
): ReadonlyMap<string, number> {
  const tally = around.tally(kindredOf(constraint, pod));
  const counts = new Map<string, number>();
  for (const board of around.boards) {
    const domain = board.labels[constraint.topologyKey];
    if (domain === undefined || !isDomain(board, constraint, pod)) continue;
    if (!demands.every(({ topologyKey }) => board.labels[topologyKey] !== undefined)) continue;
    counts.set(domain, (counts.get(domain) ?? 0) + (tally.get(board.name) ?? 0));
  }
  return counts;
}

function isDomain({ node, hardTaints }: Board, constraint: Constraint, pod: Pod): boolean {
  if (constraint.nodeAffinityPolicy !== "Ignore" && !isWanted(pod, node)) return false;
  return constraint.nodeTaintsPolicy !== "Honor" || untolerated(pod, hardTaints) === undefined;
}
