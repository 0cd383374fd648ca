/**
 * The pod of a daemon set on one board: the template, bound to the board by its affinity, so that the scheduler places
 * it like any other, and with tolerations for what a board may go through without losing it. Pure.
 */
import type { Affinity, NodeSelectorTerm } from "@kubus/shared/api/affinity.ts";
import { taintKey, type Node } from "@kubus/shared/api/node.ts";
import type { Pod, PodSpec, Toleration } from "@kubus/shared/api/pod.ts";
import type { DaemonSet } from "@kubus/shared/api/workload.ts";
import type { Draft } from "../../api/objects.ts";
import { tolerates } from "../../nodes/eviction.ts";
import { isWanted } from "../../scheduler/affinity.ts";
import { podRevisionLabel } from "../revisions/revision.ts";
import { ownerReference } from "../workload/ownership.ts";

/** How often pods of this set failed on this board in a row before this one. */
const failuresAnnotation = "kubus.io/daemon-pod-failures";

const tolerated = (key: string, effect: "NoSchedule" | "NoExecute"): Toleration => ({
  key,
  operator: "Exists",
  effect,
});

/** What Kubernetes adds to every daemon pod. */
const everywhere: readonly Toleration[] = [
  tolerated(taintKey.notReady, "NoExecute"),
  tolerated(taintKey.unreachable, "NoExecute"),
  tolerated(taintKey.diskPressure, "NoSchedule"),
  tolerated(taintKey.memoryPressure, "NoSchedule"),
  tolerated(taintKey.pidPressure, "NoSchedule"),
  tolerated(taintKey.unschedulable, "NoSchedule"),
];
const onHostNetwork = tolerated("node.kubernetes.io/network-unavailable", "NoSchedule");

export function tolerationsOf({ tolerations = [], hostNetwork }: PodSpec): readonly Toleration[] {
  const added = hostNetwork === true ? [...everywhere, onHostNetwork] : everywhere;
  const isAdded = ({ key, effect, operator, value = "" }: Toleration) =>
    value === "" &&
    added.some((one) => [one.key === key, one.effect === effect, one.operator === operator].every(Boolean));
  return [...tolerations.filter((one) => !isAdded(one)), ...added];
}

export interface Eligibility {
  /** A pod should be made there. */
  readonly shouldRun: boolean;
  /** A pod that is there already may stay. */
  readonly mayStay: boolean;
}

const never: Eligibility = { shouldRun: false, mayStay: false };

/**
 * Whether a daemon set's pods belong on a board, for any number of boards. What is free on a board does not matter:
 * a pod that finds no room waits there.
 */
export function eligibilityOn({ metadata, spec }: DaemonSet): (node: Node) => Eligibility {
  const { template } = spec;
  const tolerations = tolerationsOf(template.spec);
  const { nodeName = "" } = template.spec;
  const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata, spec: template.spec };
  return (node) => {
    if ((nodeName !== "" && nodeName !== node.metadata.name) || !isWanted(pod, node)) return never;
    const hurting = (node.spec.taints ?? []).filter(
      (taint) => taint.effect !== "PreferNoSchedule" && !tolerations.some((one) => tolerates(one, taint)),
    );
    return {
      shouldRun: hurting.length === 0,
      mayStay: !hurting.some(({ effect }) => effect === "NoExecute"),
    };
  };
}

export interface NewDaemonPod {
  readonly nodeName: string;
  /** The hash of the revision that the template is. */
  readonly hash: string;
  /** How often pods failed there in a row. */
  readonly failures: number;
}

export function newDaemonPod(daemonSet: DaemonSet, { nodeName, hash, failures }: NewDaemonPod): Draft<Pod> {
  const { metadata, spec } = daemonSet;
  const { template } = spec;
  const failed = failures === 0 ? {} : { [failuresAnnotation]: String(failures) };
  const annotations = { ...template.metadata?.annotations, ...failed };
  return {
    metadata: {
      ...template.metadata,
      generateName: `${metadata.name}-`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { ...template.metadata?.labels, [podRevisionLabel]: hash },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [ownerReference(daemonSet)],
    },
    spec: {
      ...template.spec,
      affinity: boundTo(nodeName, template.spec.affinity),
      tolerations: tolerationsOf(template.spec),
    },
  };
}

/** The template's own terms were asked when the board was chosen; the board's name takes their place. */
function boundTo(nodeName: string, affinity: Affinity = {}): Affinity {
  const term = { matchFields: [{ key: "metadata.name", operator: "In" as const, values: [nodeName] }] };
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
  return { ...affinity, nodeAffinity: { ...affinity.nodeAffinity, ...required } };
}

/** The board that a daemon pod is on or is meant for. */
export function boardNameOf({ spec }: Pod): string | undefined {
  if ((spec.nodeName ?? "") !== "") return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms.map(namedBy).find((name) => name !== undefined);
}

function namedBy({ matchFields = [] }: NodeSelectorTerm): string | undefined {
  const field = matchFields.find(({ key, operator }) => key === "metadata.name" && operator === "In");
  return field?.values?.length === 1 ? field.values[0] : undefined;
}

/** How often pods failed on this board in a row before this pod. */
export function failuresBefore({ metadata }: Pod): number {
  const count = Number(metadata.annotations?.[failuresAnnotation] ?? 0);
  return Number.isInteger(count) && count > 0 ? count : 0;
}
