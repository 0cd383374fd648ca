/**
 * Failures of single indexes (`backoffLimitPerIndex`). Pure.
 *
 * How often an index failed stands on the pod that works on it. So the last pod that failed stays tracked until its
 * replacement carries the count on.
 */
import type { Job } from "@kubus/shared/api/batch.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isCounted, judgeFailure } from "./failure-policy.ts";
import { hasIndex, indexSetOf, unionOf, type IndexSet } from "./index-set.ts";
import { conditionOf } from "./conditions.ts";
import { finishedAt, indexOf, jobAnnotation, numberAt } from "./pods.ts";

export const hasLimitPerIndex = ({ spec }: Job): boolean => spec.backoffLimitPerIndex !== undefined;

export function failedIndexesOf(
  job: Job,
  known: {
    readonly failedBefore: IndexSet;
    readonly completedIndexes: IndexSet;
    readonly newFailed: readonly Pod[];
  },
): IndexSet | undefined {
  if (!hasLimitPerIndex(job)) return undefined;
  // What goes down with a failing job is not what failed it.
  if (conditionOf(job, "FailureTarget") !== undefined) return known.failedBefore;
  const added = known.newFailed
    .filter((pod) => isLastTry(job, pod))
    .flatMap((pod) => indexOf(job, pod) ?? [])
    .filter((index) => !hasIndex(known.completedIndexes, index));
  return unionOf(known.failedBefore, indexSetOf(added));
}

/** Whether the failure of this pod is the end of its index. */
function isLastTry(job: Job, pod: Pod): boolean {
  const { action } = judgeFailure(job, pod);
  if (action === "FailIndex") return true;
  return action !== "Ignore" && numberAt(pod, jobAnnotation.failures) >= (job.spec.backoffLimitPerIndex ?? 0);
}

/** Failures of an index up to and including this pod's, also those that are ignored: what the pause grows with. */
export const failuresWith = (pod: Pod): number =>
  numberAt(pod, jobAnnotation.failures) + numberAt(pod, jobAnnotation.ignoredFailures) + 1;

/** What the replacement of a failed pod says of its index; the first pod of an index replaces none. */
export function failureCounts(job: Job, replaced: Pod | undefined): Readonly<Record<string, string>> {
  if (!hasLimitPerIndex(job)) return {};
  if (replaced === undefined) return { [jobAnnotation.failures]: "0" };
  const counts = isCounted(job, replaced);
  const failures = numberAt(replaced, jobAnnotation.failures) + (counts ? 1 : 0);
  const ignored = numberAt(replaced, jobAnnotation.ignoredFailures) + (counts ? 0 : 1);
  return {
    [jobAnnotation.failures]: String(failures),
    ...(ignored > 0 ? { [jobAnnotation.ignoredFailures]: String(ignored) } : {}),
  };
}

/** For each index without a pod at work that is neither done nor failed: the pod that failed last. */
export function podsToReplace(known: {
  readonly job: Job;
  readonly active: readonly Pod[];
  readonly newFailed: readonly Pod[];
  readonly completedIndexes: IndexSet;
  readonly failedIndexes: IndexSet | undefined;
}): ReadonlyMap<number, Pod> {
  const { job, active, newFailed, completedIndexes, failedIndexes = [] } = known;
  const last = new Map<number, Pod>();
  if (!hasLimitPerIndex(job)) return last;
  const atWork = new Set(active.map((pod) => indexOf(job, pod)));
  for (const pod of newFailed) {
    const index = indexOf(job, pod);
    if (index === undefined || atWork.has(index)) continue;
    if (hasIndex(completedIndexes, index) || hasIndex(failedIndexes, index)) continue;
    const before = last.get(index);
    if (before === undefined || isLater(pod, before)) last.set(index, pod);
  }
  return last;
}

const isLater = (pod: Pod, other: Pod): boolean =>
  failuresWith(pod) > failuresWith(other) ||
  (failuresWith(pod) === failuresWith(other) && finishedAt(pod) >= finishedAt(other));
