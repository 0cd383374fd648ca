/**
 * Pods that nobody else will ever end: on boards that are gone or out of service, never bound and yet deleted, or
 * finished and too many. Pure; Kubernetes' podgc.
 *
 * They are removed at once: there is no agent that could confirm. Before that they are marked as failed, so that
 * whoever counts them sees how they ended.
 */
import type { Condition } from "@kubus/shared/api/meta.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { withCondition } from "../../api/verbs/disruption-budget.ts";
import { podKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { targetOf } from "../workload/ownership.ts";

export const podGcLimits = {
  /** Finished pods that are kept for people to look at: `--terminated-pod-gc-threshold`. */
  finishedMax: 12_500,
  /** A board may take so long to register again before its pods count as lost: Kubernetes' own quarantine. */
  missingNodeMs: 40_000,
} as const;

export interface PodGcView {
  readonly pod: Pod | undefined;
  /** Milliseconds since the pod's node is known to be missing; undefined while it exists or none is bound. */
  readonly nodeMissingForMs: number | undefined;
  /** Its node is not ready, and somebody vouches that it is switched off (the taint out-of-service). */
  readonly isOutOfService: boolean;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export function reconcile({ pod, nodeMissingForMs, isOutOfService, now }: PodGcView): Plan {
  if (pod === undefined) return nothing;
  const { nodeName = "" } = pod.spec;
  const isEnding = pod.metadata.deletionTimestamp !== undefined;
  if (isEnding && (nodeName === "" || isOutOfService)) return { effects: removeAsFailed(pod, undefined) };
  if (nodeMissingForMs === undefined) return nothing;
  const leftMs = podGcLimits.missingNodeMs - nodeMissingForMs;
  return leftMs > 0
    ? { effects: [], requeueAfterMs: leftMs }
    : { effects: removeAsFailed(pod, { ...orphaned, lastTransitionTime: timestamp(now) }) };
}

const orphaned: Condition = {
  type: "DisruptionTarget",
  status: "True",
  reason: "DeletionByPodGC",
  message: "PodGC: node no longer exists",
};

function removeAsFailed(pod: Pod, condition: Condition | undefined): readonly Effect[] {
  if (isFinished(pod)) return [remove(pod)];
  const former = pod.status?.conditions ?? [];
  const conditions = condition === undefined ? former : withCondition(former, condition);
  const { resourceVersion } = pod.metadata;
  const status = { phase: "Failed", conditions };
  return [
    { type: "writeStatus", kind: podKind, target: { ...targetOf(pod), resourceVersion }, status },
    remove(pod),
  ];
}

/** Of too many finished pods those go first that were evicted, then the oldest. */
export function surplusFinished(pods: readonly Pod[], max: number = podGcLimits.finishedMax): Plan {
  const finished = pods.filter(isFinished);
  const surplus = finished.length - max;
  if (surplus <= 0) return nothing;
  const rank = ({ status }: Pod) => (status?.phase === "Failed" && status.reason === "Evicted" ? 0 : 1);
  const oldest = finished.toSorted(
    (a, b) => rank(a) - rank(b) || a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp),
  );
  return { effects: oldest.slice(0, surplus).map(remove) };
}

const remove = (pod: Pod): Effect => ({
  type: "delete",
  kind: podKind,
  target: targetOf(pod),
  options: { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } },
});
