/**
 * The books of a job: which pods that ended are noted, which notes become numbers, which pods may go. Pure.
 *
 * INVARIANT: a finalizer is removed only after the status was written that notes its pod, or that needs no note of it;
 * a note becomes a number only when no pod with this uid has the finalizer any more.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isFinished } from "@kubus/shared/api/pod.ts";
import { isLiving } from "../workload/availability.ts";
import { isCounted } from "./failure-policy.ts";
import { podsToReplace } from "./index-failures.ts";
import { hasFailed, isCountable, isIndexed } from "./pods.ts";
import { jobLimits } from "./needs.ts";
import type { Survey } from "./survey.ts";
import type { Verdict } from "./verdict.ts";

export interface Account {
  /** Counted now and before; those that are only noted are not. */
  readonly succeeded: number;
  readonly failed: number;
  /** Uids. */
  readonly noted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] };
  /** Lose their finalizer once the account is written. */
  readonly released: readonly Pod[];
}

export function accountOf(survey: Survey, verdict: Verdict | undefined): Account {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods: noted = {} } = survey.job.status ?? {};
  const held = new Set(survey.tracked.map(({ metadata }) => metadata.uid));
  const isHeld = (uid: string) => held.has(uid);
  const [notedSucceeded, notedFailed] = [noted.succeeded ?? [], noted.failed ?? []];
  const isNoted = new Set([...notedSucceeded, ...notedFailed]);
  const released = releasable(survey, verdict).slice(0, jobLimits.podsPerPassMax);
  const entries = released
    .filter(({ metadata }) => !isNoted.has(metadata.uid))
    .map((pod) => ({ uid: pod.metadata.uid, as: entryOf(survey, verdict, pod) }));
  const uidsAs = (as: Entry) => entries.filter((entry) => entry.as === as).map(({ uid }) => uid);
  return {
    succeeded: succeeded + notedSucceeded.filter((uid) => !isHeld(uid)).length,
    failed: failed + notedFailed.filter((uid) => !isHeld(uid)).length,
    noted: {
      succeeded: [...notedSucceeded.filter(isHeld), ...uidsAs("succeeded")],
      failed: [...notedFailed.filter(isHeld), ...uidsAs("failed")],
    },
    released,
  };
}

/** Once the verdict is there, or the job is being deleted, no pod is held any longer than until it ends. */
function releasable(survey: Survey, verdict: Verdict | undefined): readonly Pod[] {
  const { job, tracked } = survey;
  const isEnding = job.metadata.deletionTimestamp !== undefined;
  if (isEnding) return tracked;
  if (verdict !== undefined) return tracked.filter((pod) => !isLiving(pod));
  const waiting = new Set(podsToReplace(survey).values());
  return tracked.filter(
    (pod) => pod.status?.phase === "Succeeded" || (hasFailed(job, pod) && !waiting.has(pod)),
  );
}

type Entry = "succeeded" | "failed" | "nothing";

function entryOf({ job }: Survey, verdict: Verdict | undefined, pod: Pod): Entry {
  // Of an indexed job, the index is noted.
  if (pod.status?.phase === "Succeeded") return isIndexed(job) ? "nothing" : "succeeded";
  return isFailure(pod, verdict, hasFailed(job, pod)) && isCountable(job, pod) && isCounted(job, pod)
    ? "failed"
    : "nothing";
}

/** What a job that succeeded does not need any more has not failed; what goes down with a failing job has. */
function isFailure(pod: Pod, verdict: Verdict | undefined, hasFailed: boolean): boolean {
  if (verdict?.type === "SuccessCriteriaMet") return isFinished(pod);
  return hasFailed || (verdict !== undefined && !isLiving(pod));
}
