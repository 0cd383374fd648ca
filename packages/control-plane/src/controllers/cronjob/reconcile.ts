/**
 * CronJob: makes a job for each run of its schedule, or for the latest of those that were missed. Pure.
 *
 * It is called again after every change of its jobs and when a run is due. The status is written first, from the jobs
 * that are there; a job that was made just now is seen by the next pass. A run has one name, so it is never made twice.
 */
import type { CronJob, Job } from "@kubus/shared/api/batch.ts";
import { isSame } from "../../api/same.ts";
import { cronJobKind, jobKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { endOf } from "../job/conditions.ts";
import { referenceTo, targetOf } from "../workload/ownership.ts";
import { activeJobs, dutyOf, type CronJobView } from "./duty.ts";
import { isUnfinished, jobOf, runOf, surplusHistory } from "./jobs.ts";
import { statusOf } from "./status.ts";

export function reconcile(view: CronJobView): Plan {
  const { cronJob, jobs } = view;
  if (cronJob === undefined) return nothing; // Deleted: the garbage collector owns the jobs now.
  const start = startOf(cronJob, view);
  return {
    effects: [
      ...writeStatus(cronJob, view, start.replaced),
      ...jobEvents(cronJob, jobs),
      ...surplusHistory(cronJob, jobs).map((job) => remove(cronJob, job)),
      ...start.effects,
    ],
  };
}

interface Start {
  readonly effects: readonly Effect[];
  /** Jobs that go so that the new one may run. */
  readonly replaced: readonly Job[];
}

function startOf(cronJob: CronJob, view: CronJobView): Start {
  const isIdle = cronJob.spec.suspend === true || cronJob.metadata.deletionTimestamp !== undefined;
  if (isIdle) return { effects: [], replaced: [] };
  const duty = dutyOf(cronJob, view);
  if ("problem" in duty) {
    const { reason, message } = duty.problem;
    return { effects: [tell(cronJob, "Warning", reason, message)], replaced: [] };
  }
  const { due, run } = duty;
  if (due === "late") {
    const message = `Missed scheduled time to start a job: ${dateText(run)}`;
    return { effects: [tell(cronJob, "Warning", "MissSchedule", message)], replaced: [] };
  }
  if (due === "held") {
    const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
    return { effects: [tell(cronJob, "Normal", "JobAlreadyActive", message)], replaced: [] };
  }
  if (due !== "start") return { effects: [], replaced: [] };
  const replaced = cronJob.spec.concurrencyPolicy === "Replace" ? activeJobs(view) : [];
  return {
    replaced,
    effects: [
      ...(duty.missedTooMany ? [tellTooMany(cronJob)] : []),
      ...replaced.map((job) => remove(cronJob, job)),
      create(cronJob, run),
    ],
  };
}

/** RFC 1123 with a number for the zone, as Go writes it. */
const dateText = (run: number): string => new Date(run).toUTCString().replace("GMT", "+0000");

const tell = (
  cronJob: CronJob,
  eventType: "Normal" | "Warning",
  reason: string,
  message: string,
): Effect => ({
  type: "recordEvent",
  about: referenceTo(cronJob),
  eventType,
  reason,
  message,
});

const tellTooMany = (cronJob: CronJob): Effect =>
  tell(
    cronJob,
    "Warning",
    "TooManyMissedTimes",
    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
  );

const create = (cronJob: CronJob, run: number): Effect => ({
  type: "create",
  kind: jobKind,
  object: jobOf(cronJob, run),
  tells: {
    about: referenceTo(cronJob),
    success: { reason: "SuccessfulCreate", text: "Created job " },
    failure: { reason: "FailedCreate", text: "Error creating job: " },
  },
});

const remove = (cronJob: CronJob, job: Job): Effect => ({
  type: "delete",
  kind: jobKind,
  target: targetOf(job),
  options: { propagationPolicy: "Background", preconditions: { uid: job.metadata.uid } },
  tells: {
    about: referenceTo(cronJob),
    success: { reason: "SuccessfulDelete", text: "Deleted job " },
    failure: { reason: "FailedDelete", text: "Deleted job: " },
  },
});

function writeStatus(cronJob: CronJob, view: CronJobView, replaced: readonly Job[]): readonly Effect[] {
  const { status: previous = {} } = cronJob;
  const status = statusOf(cronJob, view, replaced);
  if (isSame(status, previous)) return [];
  const target = { ...targetOf(cronJob), resourceVersion: cronJob.metadata.resourceVersion };
  const patch = { active: null, ...status };
  return [{ type: "writeStatus", kind: cronJobKind, target, status: patch }];
}

/** What became of the jobs that the status still calls active, and jobs that nobody expected. */
function jobEvents(cronJob: CronJob, jobs: readonly Job[]): readonly Effect[] {
  const { active = [], lastScheduleTime } = cronJob.status ?? {};
  const known = new Set(active.map(({ uid }) => uid));
  const lastKnown = lastScheduleTime === undefined ? 0 : Date.parse(lastScheduleTime);
  const isNews = (job: Job) => known.has(job.metadata.uid) || (runOf(cronJob, job) ?? 0) > lastKnown;
  const present = new Set(jobs.map(({ metadata }) => metadata.uid));
  return [
    ...jobs.flatMap((job) => {
      const { name } = job.metadata;
      const end = endOf(job);
      if (end !== undefined && isNews(job))
        return [
          tell(cronJob, "Normal", "SawCompletedJob", `Saw completed job: ${name}, condition: ${end.type}`),
        ];
      if (!isUnfinished(job) || runOf(cronJob, job) !== undefined) return [];
      const message = `Saw a job that the controller did not create or forgot: ${name}`;
      return [tell(cronJob, "Warning", "UnexpectedJob", message)];
    }),
    ...active
      .filter(({ uid = "" }) => !present.has(uid))
      .map(({ name = "" }) => tell(cronJob, "Normal", "MissingJob", `Active job went missing: ${name}`)),
  ];
}
