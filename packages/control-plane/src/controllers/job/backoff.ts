/**
 * How long a job waits before its next pod after failures: 10 s, doubled with each failure since the last success. Pure.
 *
 * What there is to know stands on the pods that ended, so another server comes to the same pause.
 */
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { failuresWith } from "./index-failures.ts";
import { finishedAt, hasFailed, isTracked } from "./pods.ts";
import type { Survey } from "./survey.ts";

export const podBackoffLimits = {
  /** The pause before a failed pod is made again, as Kubernetes documents it. */
  failure: { firstMs: 10_000, factor: 2, maxMs: 360_000 },
} as const satisfies Record<string, Backoff>;

/** Milliseconds until the job may make a pod again; 0 when it may now. */
export function waitOfJob({ job, pods, now }: Survey): number {
  const lastSuccess = Math.max(0, ...pods.filter(hasSucceeded).map(finishedAt));
  const failures = pods
    .filter((pod) => hasFailed(job, pod) && !wasDiscarded(pod))
    .map(finishedAt)
    .filter((at) => at > lastSuccess);
  return remaining(failures.length, Math.max(0, ...failures), now);
}

/** The same for an index with a limit of its own. */
export const waitOfIndex = (lastFailed: Pod | undefined, now: number): number =>
  lastFailed === undefined ? 0 : remaining(failuresWith(lastFailed), finishedAt(lastFailed), now);

/** A board's clock may be ahead: nobody waits for longer than the pause. */
function remaining(failures: number, lastFailedAt: number, now: number): number {
  if (failures === 0) return 0;
  const pause = pauseMs(podBackoffLimits.failure, failures);
  return Math.min(pause, Math.max(0, lastFailedAt + pause - now));
}

const hasSucceeded = ({ status }: Pod): boolean => status?.phase === "Succeeded";

/** Deleted by the job itself, as one too many or because it was suspended: that is no failure. */
const wasDiscarded = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined && !isTracked(pod);
