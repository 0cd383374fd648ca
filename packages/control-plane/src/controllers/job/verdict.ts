/**
 * Whether a job is decided: enough pods succeeded, or it has failed for good. Pure.
 *
 * A verdict is final. It is written down first (`SuccessCriteriaMet`, `FailureTarget`); the job is over when the last
 * of its pods has ended and is counted.
 */
import type { Job, SuccessPolicyRule } from "@kubus/shared/api/batch.ts";
import { conditionOf } from "./conditions.ts";
import { failJobMessage } from "./failure-policy.ts";
import { commonCount, readIndexes, sizeOfIndexes } from "./index-set.ts";
import { completionsOf, isIndexed, isSuspended } from "./pods.ts";
import type { Survey } from "./survey.ts";

export interface Verdict {
  readonly type: "SuccessCriteriaMet" | "FailureTarget";
  readonly reason: string;
  readonly message: string;
}

type Finding = Verdict | undefined;

export const verdictOf = (survey: Survey): Finding =>
  verdictBefore(survey.job) ??
  failureOf(survey) ??
  indexFailureOf(survey) ??
  earlySuccessOf(survey) ??
  successOf(survey);

function verdictBefore(job: Job): Finding {
  for (const type of ["SuccessCriteriaMet", "FailureTarget"] as const) {
    const { reason = "", message = "" } = conditionOf(job, type) ?? {};
    if (conditionOf(job, type) !== undefined) return { type, reason, message };
  }
  return undefined;
}

const failed = (reason: string, message: string): Verdict => ({ type: "FailureTarget", reason, message });

function failureOf(survey: Survey): Finding {
  const { job, pods, now } = survey;
  const message = failJobMessage(job, pods);
  if (message !== undefined) return failed("PodFailurePolicy", message);
  if (isPastBackoffLimit(survey))
    return failed("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  const deadline = deadlineOf(job);
  return deadline !== undefined && now >= deadline
    ? failed("DeadlineExceeded", "Job was active longer than specified deadline")
    : undefined;
}

/** Wall-clock milliseconds at which the job has been active for too long. While it is suspended there is no such time. */
export function deadlineOf(job: Job): number | undefined {
  const { activeDeadlineSeconds: seconds } = job.spec;
  const { startTime } = job.status ?? {};
  if (seconds === undefined || startTime === undefined || isSuspended(job)) return undefined;
  return Date.parse(startTime) + seconds * 1_000;
}

/** Pods that restart their containers themselves fail by the number of restarts. */
function isPastBackoffLimit({ job, pods, failed: failures }: Survey): boolean {
  const { backoffLimit = 0, template } = job.spec;
  if (failures > backoffLimit) return true;
  if (template.spec.restartPolicy !== "OnFailure") return false;
  const restarts = pods
    .filter(({ status }) => status?.phase === "Running" || status?.phase === "Pending")
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return restarts > 0 && restarts >= backoffLimit;
}

function indexFailureOf({ job, completedIndexes, failedIndexes }: Survey): Finding {
  const failures = sizeOfIndexes(failedIndexes ?? []);
  if (failures === 0) return undefined;
  const { maxFailedIndexes } = job.spec;
  if (maxFailedIndexes !== undefined && failures > maxFailedIndexes)
    return failed(
      "MaxFailedIndexesExceeded",
      "Job has exceeded the specified maximal number of failed indexes",
    );
  return failures + sizeOfIndexes(completedIndexes) >= completionsOf(job)
    ? failed("FailedIndexes", "Job has failed indexes")
    : undefined;
}

/** By the success policy, some indexes are enough. */
function earlySuccessOf(survey: Survey): Finding {
  const { job } = survey;
  if (!isIndexed(job) || sizeOfIndexes(survey.completedIndexes) === 0) return undefined;
  const index = (job.spec.successPolicy?.rules ?? []).findIndex((rule) => isMet(rule, survey));
  if (index < 0) return undefined;
  return { type: "SuccessCriteriaMet", reason: "SuccessPolicy", message: `Matched rules at index ${index}` };
}

function isMet({ succeededIndexes, succeededCount }: SuccessPolicyRule, survey: Survey): boolean {
  const { job, completedIndexes } = survey;
  if (succeededIndexes === undefined)
    return succeededCount !== undefined && sizeOfIndexes(completedIndexes) >= succeededCount;
  const wanted = readIndexes(succeededIndexes, completionsOf(job));
  return commonCount(wanted, completedIndexes) >= (succeededCount ?? sizeOfIndexes(wanted));
}

/** A work queue is done when one worker says so and the others have ended; other jobs count. */
function successOf({ job, succeeded, active }: Survey): Finding {
  const { completions } = job.spec;
  const isEnough = completions === undefined ? succeeded > 0 : succeeded >= completions;
  if (!isEnough || active.length > 0) return undefined;
  return {
    type: "SuccessCriteriaMet",
    reason: "CompletionsReached",
    message: "Reached expected number of succeeded pods",
  };
}
