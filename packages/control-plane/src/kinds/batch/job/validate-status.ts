/**
 * The rules of a job's status: how it may be, and how it may change (batch validation). Pure.
 *
 * A rule speaks only when what it is about changes, so a status of old never blocks a new one.
 */
import { isDeepStrictEqual } from "node:util";
import type { Job, JobStatus } from "@kubus/shared/api/batch.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { each, validateNotNegative, when } from "../../rules.ts";
import { commonIndex, parseIndexes } from "./indexes.ts";

type Word = "Complete" | "Failed" | "FailureTarget" | "SuccessCriteriaMet";

interface Change {
  readonly job: Job;
  readonly next: JobStatus;
  readonly previous: JobStatus;
}

const is = ({ conditions = [] }: JobStatus, word: Word): boolean =>
  conditions.some(({ type, status }) => type === word && status === "True");
const isFinished = (status: JobStatus): boolean => is(status, "Complete") || is(status, "Failed");

export function validateJobStatus(job: Job, { status: previous = {} }: Job): readonly Cause[] {
  const { status: next = {} } = job;
  const change: Change = { job, next, previous };
  return [
    ...(["active", "succeeded", "failed", "ready", "terminating"] as const).flatMap((name) =>
      validateNotNegative(next[name], `status.${name}`),
    ),
    ...validateUncounted(next),
    ...validateVerdict(change),
    ...validateTimes(change),
    ...validateEnd(change),
    ...validateIndexes(change),
    ...validateCounters(change),
  ];
}

function validateUncounted({ uncountedTerminatedPods: uncounted }: JobStatus): readonly Cause[] {
  const seen = new Set<string>();
  return (["succeeded", "failed"] as const).flatMap((list) =>
    each(uncounted?.[list], `status.uncountedTerminatedPods.${list}`, (uid, at) => {
      if (uid === "") return [cause.invalid(at, uid, "must not be empty")];
      if (seen.has(uid)) return [cause.duplicate(at, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

/** Conditions that exclude each other, need each other, or are final. */
function validateVerdict({ job, next, previous }: Change): readonly Cause[] {
  const at = "status.conditions";
  const has = (word: Word) => is(next, word);
  const becomes = (...words: readonly Word[]) => words.some((word) => is(previous, word) !== has(word));
  const clash = (a: Word, b: Word) =>
    when(
      has(a) && has(b) && becomes(a, b),
      cause.invalidWhole(at, `cannot set ${a}=True and ${b}=true conditions`),
    );
  const need = (end: Word, before: Word) =>
    when(
      has(end) && !has(before) && becomes(end, before),
      cause.invalidWhole(at, `cannot set ${end}=True condition without the ${before}=true condition`),
    );
  return [
    ...clash("Complete", "Failed"),
    ...clash("Complete", "FailureTarget"),
    ...need("Failed", "FailureTarget"),
    ...need("Complete", "SuccessCriteriaMet"),
    ...clash("SuccessCriteriaMet", "Failed"),
    ...clash("SuccessCriteriaMet", "FailureTarget"),
    ...when(
      job.spec.successPolicy !== undefined && !has("SuccessCriteriaMet") && has("Complete"),
      cause.invalidWhole(
        at,
        "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
      ),
    ),
    ...(["Failed", "Complete", "FailureTarget"] as const).flatMap((word) =>
      when(
        is(previous, word) && !has(word),
        cause.invalidWhole(at, `cannot disable the terminal ${word}=True condition`),
      ),
    ),
    ...when(
      is(previous, "SuccessCriteriaMet") && !has("SuccessCriteriaMet"),
      cause.invalidWhole(at, "cannot disable the SuccessCriteriaMet=True condition"),
    ),
    ...when(
      is(previous, "Complete") && !is(previous, "SuccessCriteriaMet") && has("SuccessCriteriaMet"),
      cause.invalidWhole(
        at,
        "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions",
      ),
    ),
  ];
}

function validateTimes({ job, next, previous }: Change): readonly Cause[] {
  const { startTime: start, completionTime: end } = next;
  const isComplete = is(next, "Complete");
  const changes = isComplete !== is(previous, "Complete") || end !== previous.completionTime;
  const at = "status.completionTime";
  return [
    ...when(
      changes && end !== undefined && !isComplete,
      cause.invalid(at, end, "cannot set completionTime when there is no Complete=True condition"),
    ),
    ...when(
      changes && end === undefined && isComplete,
      cause.required(at, "completionTime is required for Complete jobs"),
    ),
    ...when(
      (end !== previous.completionTime || start !== previous.startTime) &&
        start !== undefined &&
        end !== undefined &&
        Date.parse(end) < Date.parse(start),
      cause.invalid(at, end, "completionTime cannot be set before startTime"),
    ),
    ...when(
      end !== undefined && previous.completionTime !== undefined && end !== previous.completionTime,
      cause.invalid(at, end, "completionTime cannot be mutated"),
    ),
    ...when(
      previous.startTime !== undefined && start !== previous.startTime && job.spec.suspend !== true,
      cause.required("status.startTime", "startTime cannot be removed for unsuspended job"),
    ),
  ];
}

/** What is over has no pods, and began some time. */
function validateEnd({ next, previous }: Change): readonly Cause[] {
  if (!isFinished(next)) return [];
  const changes = (field: keyof JobStatus) =>
    !isFinished(previous) || !isDeepStrictEqual(next[field], previous[field]);
  const { active = 0, terminating = 0, startTime, uncountedTerminatedPods: uncounted } = next;
  const uncountedNumber = (uncounted?.succeeded?.length ?? 0) + (uncounted?.failed?.length ?? 0);
  return [
    ...when(
      active > 0 && changes("active"),
      cause.invalid("status.active", active, "active>0 is invalid for finished job"),
    ),
    ...when(
      startTime === undefined && changes("startTime"),
      cause.required("status.startTime", "startTime is required for finished job"),
    ),
    ...when(
      uncountedNumber > 0 && changes("uncountedTerminatedPods"),
      cause.invalid(
        "status.uncountedTerminatedPods",
        uncounted,
        "uncountedTerminatedPods needs to be empty for finished job",
      ),
    ),
    ...when(
      terminating > 0 && changes("terminating"),
      cause.invalid("status.terminating", terminating, "terminating>0 is invalid for finished job"),
    ),
  ];
}

function validateIndexes({ job: { spec }, next, previous }: Change): readonly Cause[] {
  const { completions = 0, completionMode, backoffLimitPerIndex } = spec;
  const { completedIndexes: completed = "", failedIndexes: failed } = next;
  const isNewCompleted = completed !== (previous.completedIndexes ?? "");
  const isNewFailed = failed !== previous.failedIndexes;
  const parsedCompleted = parseIndexes(completed, completions);
  const parsedFailed = parseIndexes(failed ?? "", completions);
  const unreadable = (name: string, text: string | undefined, parsed: typeof parsedFailed) =>
    "problem" in parsed
      ? [cause.invalid(`status.${name}`, text, `error parsing ${name}: ${parsed.problem}`)]
      : [];
  const common =
    "problem" in parsedCompleted || "problem" in parsedFailed
      ? undefined
      : commonIndex(parsedCompleted.intervals, parsedFailed.intervals);
  return [
    ...(isNewCompleted ? unreadable("completedIndexes", completed, parsedCompleted) : []),
    ...(isNewFailed && backoffLimitPerIndex !== undefined
      ? unreadable("failedIndexes", failed, parsedFailed)
      : []),
    ...when(
      isNewCompleted && completed !== "" && completionMode !== "Indexed",
      cause.invalid(
        "status.completedIndexes",
        completed,
        "cannot set non-empty completedIndexes when non-indexed completion mode",
      ),
    ),
    ...when(
      isNewFailed && failed !== undefined && backoffLimitPerIndex === undefined,
      cause.invalid(
        "status.failedIndexes",
        failed,
        "cannot set non-null failedIndexes when backoffLimitPerIndex is null",
      ),
    ),
    ...when(
      (isNewCompleted || isNewFailed) && common !== undefined,
      cause.invalid(
        "status.failedIndexes",
        failed,
        `failedIndexes and completedIndexes overlap at index: ${common ?? 0}`,
      ),
    ),
  ];
}

function validateCounters({ job: { spec }, next, previous }: Change): readonly Cause[] {
  const { active = 0, ready, failed = 0, succeeded = 0 } = next;
  const isElastic = spec.completionMode === "Indexed" && spec.completions === spec.parallelism;
  return [
    ...when(
      ready !== undefined && ready > active && (ready !== previous.ready || active !== previous.active),
      cause.invalid("status.ready", ready, "cannot set more ready pods than active"),
    ),
    ...when(
      failed < (previous.failed ?? 0),
      cause.invalid("status.failed", failed, "cannot decrease the failed counter"),
    ),
    ...when(
      succeeded < (previous.succeeded ?? 0) && !isElastic,
      cause.invalid("status.succeeded", succeeded, "cannot decrease the succeeded counter"),
    ),
  ];
}
