/**
 * What a pass knows of a job: its pods sorted by what they are up to, and how many ended how. Pure.
 *
 * A pod that ended is counted exactly once, whatever crashes in between. It carries a finalizer from its creation on.
 * Its uid is noted in the status (`uncountedTerminatedPods`), then its finalizer is removed, then the note becomes a
 * number. So a pod is either tracked and not noted (new), noted (to be counted when its finalizer is gone), or counted.
 */
import type { Job } from "@kubus/shared/api/batch.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isLiving } from "../workload/availability.ts";
import { isCounted } from "./failure-policy.ts";
import { hasIndex, indexSetOf, readIndexes, sizeOfIndexes, unionOf, type IndexSet } from "./index-set.ts";
import {
  completionsOf,
  hasFailed,
  indexOf,
  isCountable,
  isIndexed,
  isTerminating,
  isTracked,
} from "./pods.ts";
import { failedIndexesOf } from "./index-failures.ts";

export interface Survey {
  readonly job: Job;
  /** Wall-clock milliseconds. */
  readonly now: number;
  /** All pods that the job controls. */
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  readonly tracked: readonly Pod[];
  /** Ended, and neither noted nor counted so far. */
  readonly newSucceeded: readonly Pod[];
  readonly newFailed: readonly Pod[];
  /** With those that are noted and those that are new. */
  readonly succeeded: number;
  readonly failed: number;
  /** Indexed jobs: what the status says and what is new. */
  readonly completedIndexes: IndexSet;
  /** Only with a limit for each index. */
  readonly failedIndexes: IndexSet | undefined;
}

export function surveyOf(job: Job, pods: readonly Pod[], now: number): Survey {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods: noted = {} } = job.status ?? {};
  const notedUids = new Set([...(noted.succeeded ?? []), ...(noted.failed ?? [])]);
  const tracked = pods.filter(isTracked);
  const fresh = tracked.filter((pod) => !notedUids.has(pod.metadata.uid) && isCountable(job, pod));
  const newSucceeded = fresh.filter(({ status }) => status?.phase === "Succeeded");
  const newFailed = fresh.filter((pod) => hasFailed(job, pod));
  const indexes = indexesOf(job, newSucceeded, newFailed);
  return {
    job,
    now,
    pods,
    active: pods.filter(isLiving),
    terminating: pods.filter(isTerminating),
    tracked,
    newSucceeded,
    newFailed,
    succeeded: isIndexed(job)
      ? sizeOfIndexes(indexes.completedIndexes)
      : succeeded + (noted.succeeded?.length ?? 0) + newSucceeded.length,
    failed: failed + (noted.failed?.length ?? 0) + newFailed.filter((pod) => isCounted(job, pod)).length,
    ...indexes,
  };
}

/** An index that failed does not complete any more, and the other way round: whichever was seen first stays. */
function indexesOf(
  job: Job,
  newSucceeded: readonly Pod[],
  newFailed: readonly Pod[],
): Pick<Survey, "completedIndexes" | "failedIndexes"> {
  if (!isIndexed(job)) return { completedIndexes: [], failedIndexes: undefined };
  const completions = completionsOf(job);
  const failedBefore = readIndexes(job.status?.failedIndexes, completions);
  const added = newSucceeded.flatMap((pod) => indexOf(job, pod) ?? []);
  const completedIndexes = unionOf(
    readIndexes(job.status?.completedIndexes, completions),
    indexSetOf(added.filter((index) => !hasIndex(failedBefore, index))),
  );
  return {
    completedIndexes,
    failedIndexes: failedIndexesOf(job, { failedBefore, completedIndexes, newFailed }),
  };
}
