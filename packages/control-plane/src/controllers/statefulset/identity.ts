/**
 * Who a pod of a stateful set is: its ordinal, and the name, labels and host name that are made of it. Pure.
 */
import type { Pod, PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { StatefulSet } from "@kubus/shared/api/workload.ts";
import type { Draft } from "../../api/objects.ts";
import { podRevisionLabel } from "../revisions/revision.ts";
import { ownerReference } from "../workload/ownership.ts";
import { claimVolumes } from "./claims.ts";

const podNameLabel = "statefulset.kubernetes.io/pod-name";
const podIndexLabel = "apps.kubernetes.io/pod-index";

/** A name that may be that of a set's pod or claim: what stands before the ordinal, and the ordinal. */
export function splitOrdinal(name: string): { readonly base: string; readonly ordinal: number } | undefined {
  const [, base = "", digits = ""] = /^(.+)-(0|[1-9][0-9]{0,9})$/.exec(name) ?? [];
  return base === "" ? undefined : { base, ordinal: Number(digits) };
}

/** The ordinal of a pod that is one of the set's by its name. */
export function ordinalOf(set: StatefulSet, { metadata }: Pod): number | undefined {
  const parts = splitOrdinal(metadata.name);
  return parts?.base === set.metadata.name ? parts.ordinal : undefined;
}

export const podName = ({ metadata }: StatefulSet, ordinal: number): string => `${metadata.name}-${ordinal}`;

/** The ordinals that the set should have: from `first` to before `end`. */
export function rangeOf({ spec }: StatefulSet): { readonly first: number; readonly end: number } {
  const first = spec.ordinals?.start ?? 0;
  return { first, end: first + (spec.replicas ?? 1) };
}

export const isInRange = (set: StatefulSet, ordinal: number): boolean => {
  const { first, end } = rangeOf(set);
  return ordinal >= first && ordinal < end;
};

const identityLabels = (set: StatefulSet, ordinal: number) => ({
  [podNameLabel]: podName(set, ordinal),
  [podIndexLabel]: String(ordinal),
});

/** The labels of its identity that the pod lacks; undefined when it has them all. */
export function missingLabels(
  set: StatefulSet,
  ordinal: number,
  { metadata }: Pod,
): Readonly<Record<string, string>> | undefined {
  const labels = identityLabels(set, ordinal);
  const isLabelled = Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value);
  return isLabelled ? undefined : labels;
}

/** The revision that a pod runs, by its label. */
export const revisionOf = ({ metadata }: Pod): string => metadata.labels?.[podRevisionLabel] ?? "";

export interface Version {
  /** The name of the revision that holds the template. */
  readonly revision: string;
  readonly template: PodTemplateSpec;
}

export function newPod(set: StatefulSet, ordinal: number, { revision, template }: Version): Draft<Pod> {
  const { namespace = "" } = set.metadata;
  const name = podName(set, ordinal);
  const { serviceName = "" } = set.spec;
  return {
    metadata: {
      ...template.metadata,
      name,
      namespace,
      labels: {
        ...template.metadata?.labels,
        ...identityLabels(set, ordinal),
        [podRevisionLabel]: revision,
      },
      ownerReferences: [ownerReference(set)],
    },
    spec: {
      ...template.spec,
      hostname: name,
      ...(serviceName === "" ? {} : { subdomain: serviceName }),
      ...claimVolumes(set, ordinal, template.spec.volumes),
    },
  };
}
