/**
 * Pods that nobody else will ever end: on boards that are gone, never bound and yet deleted, or finished and too many.
 * Pure. They are removed at once: there is no agent that could confirm.
 */
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import { podKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { targetOf } from "../workload/ownership.ts";

export const podGcLimits = {
  /** Finished pods that are kept for people to look at; Kubernetes' own number is 12,500, for machines with disks. */
  finishedMax: 1_000,
  /** A board may take so long to register again before its pods count as lost: Kubernetes' own quarantine. */
  missingNodeMs: 40_000,
} as const;

export interface PodGcView {
  readonly pod: Pod | undefined;
  /** Milliseconds since the pod's node is known to be missing; undefined while it exists or none is bound. */
  readonly nodeMissingForMs: number | undefined;
}

export function reconcile({ pod, nodeMissingForMs }: PodGcView): Plan {
  if (pod === undefined) return nothing;
  const { nodeName = "" } = pod.spec;
  if (nodeName === "") {
    return pod.metadata.deletionTimestamp === undefined ? nothing : { effects: [remove(pod)] };
  }
  if (nodeMissingForMs === undefined) return nothing;
  const leftMs = podGcLimits.missingNodeMs - nodeMissingForMs;
  return leftMs > 0 ? { effects: [], requeueAfterMs: leftMs } : { effects: [remove(pod)] };
}

/** The oldest finished pods beyond the limit. */
export function surplusFinished(pods: readonly Pod[], max: number = podGcLimits.finishedMax): Plan {
  const finished = pods.filter(isFinished);
  const surplus = finished.length - max;
  if (surplus <= 0) return nothing;
  const oldest = finished.toSorted((a, b) =>
    a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp),
  );
  return { effects: oldest.slice(0, surplus).map(remove) };
}

const remove = (pod: Pod): Effect => ({
  type: "delete",
  kind: podKind,
  target: targetOf(pod),
  options: { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } },
});
