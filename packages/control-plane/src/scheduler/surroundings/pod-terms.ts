/** What a pod says about other pods near it: the terms of its affinity and anti-affinity, in the API's words. Pure. */
import type { PodAffinity, PodAffinityTerm } from "@kubus/shared/api/affinity.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";

export type PodTerm = PodAffinityTerm;

export interface WeightedTerm {
  readonly weight: number;
  readonly term: PodTerm;
}

const near = ({ spec }: Pod) => (spec.affinity?.podAffinity ?? {}) as PodAffinity;
const apart = ({ spec }: Pod) => (spec.affinity?.podAntiAffinity ?? {}) as PodAffinity;

/** The pods that this one must not be near to, by its own word. */
export const avoidedBy = (pod: Pod): readonly PodTerm[] =>
  apart(pod).requiredDuringSchedulingIgnoredDuringExecution ?? [];

export const sought = (pod: Pod): readonly PodTerm[] =>
  near(pod).requiredDuringSchedulingIgnoredDuringExecution ?? [];

/** Wishes with their weights; a wish to be apart weighs against. */
export const preferences = (pod: Pod): readonly WeightedTerm[] => [
  ...weighted(near(pod), 1),
  ...weighted(apart(pod), -1),
];

/** What its being there says to others that come: its wishes, and lightly what it sought itself, as in Kubernetes. */
export const wishesOf = (pod: Pod): readonly WeightedTerm[] => [
  ...preferences(pod),
  ...sought(pod).map((term) => ({ weight: 1, term })),
];

const weighted = ({ preferredDuringSchedulingIgnoredDuringExecution: all = [] }: PodAffinity, sign: 1 | -1) =>
  all.map(({ weight, podAffinityTerm: term }) => ({ weight: sign * weight, term }));
