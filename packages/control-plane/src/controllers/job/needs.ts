/**
 * Which pods a job has too many of, and which it lacks. Pure.
 *
 * One pass either ends pods or makes some. An index is worked on by one pod; of several the least lossy goes.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { inDeletionOrder } from "../replicaset/deletion-order.ts";
import { waitOfIndex, waitOfJob } from "./backoff.ts";
import { indexSetOf, missingIndexes, unionOf } from "./index-set.ts";
import { hasLimitPerIndex, podsToReplace } from "./index-failures.ts";
import { completionsOf, indexOf, isIndexed, isSuspended, replacesOnlyFailed } from "./pods.ts";
import type { Survey } from "./survey.ts";

export const jobLimits = {
  /** The most pods that one pass makes, ends or counts; the next pass sees the rest. Kubernetes' own number. */
  podsPerPassMax: 500,
} as const;

export interface Needs {
  /** To be deleted; they are not counted. */
  readonly surplus: readonly Pod[];
  /** To be made: the indexes, or as many times undefined. */
  readonly missing: readonly (number | undefined)[];
  /** Milliseconds until missing pods may be made; 0 when none waits. */
  readonly waitMs: number;
}

export function needsOf(survey: Survey): Needs {
  const { active } = survey;
  const none: Needs = { surplus: [], missing: [], waitMs: 0 };
  if (isSuspended(survey.job)) return { ...none, surplus: active.slice(0, jobLimits.podsPerPassMax) };
  const wanted = wantedOf(survey);
  const surplus = surplusOf(survey, Math.max(0, active.length - wanted));
  if (surplus.length > 0) return { ...none, surplus: surplus.slice(0, jobLimits.podsPerPassMax) };
  const ending = replacesOnlyFailed(survey.job) ? survey.terminating.length : 0;
  const lacking = Math.min(wanted - ending - active.length, jobLimits.podsPerPassMax);
  return lacking > 0 ? { ...none, ...missingOf(survey, lacking) } : none;
}

/** A work queue that had a success lets its workers finish and makes no more. */
function wantedOf({ job, succeeded, active }: Survey): number {
  const { parallelism = 1, completions } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

function surplusOf({ job, active, now }: Survey, atLeast: number): readonly Pod[] {
  const ranked = inDeletionOrder(active, { related: [], now });
  if (!isIndexed(job)) return ranked.slice(0, atLeast);
  const keeper = new Map(ranked.map((pod) => [indexOf(job, pod), pod]));
  const isKeeper = (pod: Pod) => indexOf(job, pod) !== undefined && keeper.get(indexOf(job, pod)) === pod;
  const doubles = ranked.filter((pod) => !isKeeper(pod));
  return [...doubles, ...ranked.filter(isKeeper).slice(0, Math.max(0, atLeast - doubles.length))];
}

function missingOf(survey: Survey, lacking: number): Pick<Needs, "missing" | "waitMs"> {
  const { job, now } = survey;
  if (hasLimitPerIndex(job)) {
    const replaced = podsToReplace(survey);
    const waits = indexesToAdd(survey, lacking).map(
      (index) => [index, waitOfIndex(replaced.get(index), now)] as const,
    );
    const missing = waits.flatMap(([index, wait]) => (wait === 0 ? [index] : []));
    // While some are made none is waited for: the next pass sees who waits.
    const isWaiting = missing.length === 0 && waits.length > 0;
    return { missing, waitMs: isWaiting ? Math.min(...waits.map(([, wait]) => wait)) : 0 };
  }
  const waitMs = waitOfJob(survey);
  if (waitMs > 0) return { missing: [], waitMs };
  return {
    missing: isIndexed(job) ? indexesToAdd(survey, lacking) : Array.from({ length: lacking }),
    waitMs,
  };
}

/** The lowest indexes that nobody works on, and that are neither done nor failed. */
function indexesToAdd(survey: Survey, count: number): readonly number[] {
  const { job, active, terminating, completedIndexes, failedIndexes = [] } = survey;
  const atWork = [...active, ...(replacesOnlyFailed(job) ? terminating : [])];
  const taken = indexSetOf(atWork.flatMap((pod) => indexOf(job, pod) ?? []));
  return missingIndexes(unionOf(taken, completedIndexes, failedIndexes), count, completionsOf(job));
}
