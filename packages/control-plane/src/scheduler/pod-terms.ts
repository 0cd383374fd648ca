/** What a pod says about other pods near it: the terms of its affinity and anti-affinity, in the API's words. Pure. */
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";

/** One term of an affinity, in the API's words. */
export interface PodTerm {
  readonly labelSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: LabelSelector;
  readonly topologyKey: string;
}

interface PodTerms {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number;
    readonly podAffinityTerm: PodTerm;
  }[];
}

const near = ({ spec }: Pod) => (spec.affinity?.podAffinity ?? {}) as PodTerms;
const apart = ({ spec }: Pod) => (spec.affinity?.podAntiAffinity ?? {}) as PodTerms;

/** The pods that this one must not be near to, by its own word. */
export const avoidedBy = (pod: Pod): readonly PodTerm[] =>
  apart(pod).requiredDuringSchedulingIgnoredDuringExecution ?? [];

export const sought = (pod: Pod): readonly PodTerm[] =>
  near(pod).requiredDuringSchedulingIgnoredDuringExecution ?? [];

/** Every term of the pod; for questions about all of them. */
export const allTerms = (pod: Pod): readonly PodTerm[] => [
  ...sought(pod),
  ...avoidedBy(pod),
  ...preferences(pod).map(({ term }) => term),
];

/** Wishes with their weights; a wish to be apart weighs against. */
export const preferences = (pod: Pod) => [
  ...(near(pod).preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
    ({ weight, podAffinityTerm: term }) => ({
      weight,
      term,
    }),
  ),
  ...(apart(pod).preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
    ({ weight, podAffinityTerm: term }) => ({
      weight: -weight,
      term,
    }),
  ),
];
