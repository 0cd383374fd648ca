/** What the pods of a job say: whether they are tracked, which index they work on, how and when they ended. Pure. */
import type { Job } from "@kubus/shared/api/batch.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";

/** Holds a pod until its job has counted it. */
export const trackingFinalizer = "batch.kubernetes.io/job-tracking";

export const jobAnnotation = {
  index: "batch.kubernetes.io/job-completion-index",
  /** How often pods of this index failed before this one. */
  failures: "batch.kubernetes.io/job-index-failure-count",
  /** The same for failures that the pod failure policy ignored. */
  ignoredFailures: "batch.kubernetes.io/job-index-ignored-failure-count",
} as const;

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === "Indexed";

export const isSuspended = ({ spec }: Job): boolean => spec.suspend === true;

export const completionsOf = ({ spec }: Job): number => spec.completions ?? 0;

export const isTracked = ({ metadata }: Pod): boolean =>
  metadata.finalizers?.includes(trackingFinalizer) ?? false;

export const finalizersWithout = ({ metadata }: Pod): readonly string[] =>
  (metadata.finalizers ?? []).filter((name) => name !== trackingFinalizer);

/** Asked to end, and has not said that it did. */
export const isTerminating = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp !== undefined && !isFinished(pod);

/** A pod that only ends is not replaced before it has ended (`podReplacementPolicy: Failed`). */
export const replacesOnlyFailed = ({ spec }: Job): boolean =>
  spec.podReplacementPolicy === "Failed" || spec.podFailurePolicy !== undefined;

/** Counts as a failure: it failed, or it was deleted and, unless the job waits for its end, will not succeed any more. */
export function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === "Failed") return true;
  if (!isTerminating(pod)) return false;
  return !replacesOnlyFailed(job) || isRemoved(pod);
}

/** Removed without anybody who could say how it ended: by force, or it never came to a board. Only a finalizer holds it. */
const isRemoved = ({ metadata }: Pod): boolean => (metadata.deletionGracePeriodSeconds ?? 0) === 0;

/** The index that a pod works on; undefined when it has none that the job still has. */
export function indexOf(job: Job, { metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[jobAnnotation.index] ?? "";
  const index = /^\d+$/.test(text) ? Number(text) : undefined;
  return index !== undefined && index < completionsOf(job) ? index : undefined;
}

/** Indexed jobs count only pods of an index that they have. */
export const isCountable = (job: Job, pod: Pod): boolean =>
  !isIndexed(job) || indexOf(job, pod) !== undefined;

export function numberAt({ metadata }: Pod, annotation: string): number {
  const count = Number(metadata.annotations?.[annotation] ?? 0);
  return Number.isInteger(count) && count > 0 ? count : 0;
}

/** Wall-clock milliseconds at which a pod ended, as exactly as it can be told. */
export function finishedAt(pod: Pod): number {
  const { metadata, status = {} } = pod;
  const ends = (status.containerStatuses ?? []).map(({ state }) => state.terminated?.finishedAt);
  const known = ends.filter((end) => end !== undefined);
  if (known.length > 0 && known.length === ends.length)
    return Math.max(...known.map((end) => Date.parse(end)));
  const unready = status.conditions?.find((one) => one.type === "Ready" && one.status === "False");
  if (unready?.lastTransitionTime !== undefined) return Date.parse(unready.lastTransitionTime);
  const { creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  return deletionTimestamp === undefined
    ? Date.parse(creationTimestamp)
    : Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1_000;
}
