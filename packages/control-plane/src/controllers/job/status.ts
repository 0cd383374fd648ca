/** What a job says of itself, and the merge patch that makes it say so. Pure. */
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Job, JobStatus } from "@kubus/shared/api/batch.ts";
import { isReady } from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Account } from "./account.ts";
import { sizeOfIndexes, textOfIndexes } from "./index-set.ts";
import { isIndexed, isSuspended } from "./pods.ts";
import type { Survey } from "./survey.ts";
import { conditionOf } from "./conditions.ts";
import type { Verdict } from "./verdict.ts";

export interface Standing {
  readonly survey: Survey;
  readonly verdict: Verdict | undefined;
  readonly account: Account;
}

/** Everything is decided, every pod has ended, and every pod is counted. */
export function isOver({ survey, verdict, account }: Standing): boolean {
  const { active, terminating, tracked } = survey;
  const { succeeded, failed } = account.noted;
  return (
    verdict !== undefined &&
    [active, terminating, tracked, succeeded, failed].every((rest) => rest.length === 0)
  );
}

export function statusOf(standing: Standing): JobStatus {
  const { survey, account } = standing;
  const { job, active, terminating, now } = survey;
  const at = timestamp(now);
  const conditions = conditionsOf(standing, at);
  const startTime = startOf(standing, at);
  const isComplete = conditions.some((one) => one.type === "Complete" && one.status === "True");
  const { failedIndexes } = survey;
  const completedIndexes = textOfIndexes(survey.completedIndexes);
  return {
    ...count("active", active.length),
    ready: active.filter(isReady).length,
    terminating: terminating.length,
    ...count("succeeded", isIndexed(job) ? sizeOfIndexes(survey.completedIndexes) : account.succeeded),
    ...count("failed", account.failed),
    ...(startTime === undefined ? {} : { startTime }),
    ...(isComplete ? { completionTime: job.status?.completionTime ?? at } : {}),
    ...(completedIndexes === "" ? {} : { completedIndexes }),
    ...(failedIndexes === undefined ? {} : { failedIndexes: textOfIndexes(failedIndexes) }),
    uncountedTerminatedPods: {
      ...uids("succeeded", account.noted.succeeded),
      ...uids("failed", account.noted.failed),
    },
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

/** As Kubernetes writes it, nought is absent. */
const count = <K extends string>(name: K, number: number) =>
  (number === 0 ? {} : { [name]: number }) as { [key in K]?: number };
const uids = <K extends string>(name: K, list: readonly string[]) =>
  (list.length === 0 ? {} : { [name]: list }) as { [key in K]?: readonly string[] };

/**
 * A suspended job has not begun, so that its deadline counts only what it is active for. Taken away when it is
 * suspended and not when it is resumed: the API lets nobody change the start of a job that is not suspended.
 */
function startOf({ survey: { job }, verdict }: Standing, at: string): string | undefined {
  return isSuspended(job) && verdict === undefined ? undefined : (job.status?.startTime ?? at);
}

/** Whether this pass says for the first time that a job is suspended, or that it goes on. */
export const isNewlySuspended = (job: Job, verdict: Verdict | undefined): boolean =>
  verdict === undefined && mayChange(job) && isSuspended(job) && conditionOf(job, "Suspended") === undefined;
export const isResumed = (job: Job, verdict: Verdict | undefined): boolean =>
  verdict === undefined && mayChange(job) && !isSuspended(job) && conditionOf(job, "Suspended") !== undefined;

const mayChange = ({ metadata }: Job): boolean => metadata.deletionTimestamp === undefined;

function conditionsOf(standing: Standing, at: string): readonly Condition[] {
  const { survey, verdict } = standing;
  const { job } = survey;
  let conditions = job.status?.conditions ?? [];
  const say = (type: string, status: Condition["status"], why: { reason: string; message: string }) => {
    const { reason, message } = why;
    const said: Condition = { type, status, lastProbeTime: at, lastTransitionTime: at, reason, message };
    const before = conditions.findIndex((one) => one.type === type);
    conditions = before < 0 ? [...conditions, said] : conditions.with(before, said);
  };
  if (isNewlySuspended(job, verdict))
    say("Suspended", "True", { reason: "JobSuspended", message: "Job suspended" });
  if (isResumed(job, verdict)) say("Suspended", "False", { reason: "JobResumed", message: "Job resumed" });
  if (verdict !== undefined && conditionOf(job, verdict.type) === undefined)
    say(verdict.type, "True", verdict);
  if (verdict !== undefined && isOver(standing)) say(endNamed(verdict), "True", verdict);
  return conditions;
}

export const endNamed = ({ type }: Verdict): "Complete" | "Failed" =>
  type === "SuccessCriteriaMet" ? "Complete" : "Failed";

/** A merge patch: what is not said any more is taken away. */
export function patchOf(next: JobStatus, previous: JobStatus = {}): object {
  const { uncountedTerminatedPods: noted = {}, ...rest } = next;
  return {
    ...absent(previous, next),
    ...rest,
    uncountedTerminatedPods: { ...absent(previous.uncountedTerminatedPods ?? {}, noted), ...noted },
  };
}

const absent = (previous: object, next: object): Readonly<Record<string, null>> =>
  Object.fromEntries(
    Object.keys(previous)
      .filter((name) => !Object.hasOwn(next, name))
      .map((name) => [name, null]),
  );
