/** What a cron job has to do now: which run is due, what is in its way, when the next one comes. Pure. */
import type { CronJob, Job } from "@kubus/shared/api/batch.ts";
import { parseSchedule } from "../../kinds/batch/cronjob/schedule.ts";
import { validateZone } from "../../kinds/batch/cronjob/time-zone.ts";
import { isUnfinished, nameOfRun, runOf } from "./jobs.ts";
import { countRuns, latestRun, nextRun, type Timetable } from "./runs.ts";

export interface CronJobView {
  readonly cronJob: CronJob | undefined;
  /** Those that it controls. */
  readonly jobs: readonly Job[];
  /** A job of its namespace, whoever made it. */
  readonly jobNamed: (name: string) => Job | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/**
 * - `none`: no run is due, or its job is there already.
 * - `start`: a job is to be made.
 * - `held`: the last one still runs, and there may be only one.
 * - `late`: its starting deadline has passed.
 * - `taken`: somebody else's job has the name.
 */
export type Due = "none" | "start" | "held" | "late" | "taken";

export type Duty =
  | { readonly problem: { readonly reason: string; readonly message: string } }
  | {
      readonly due: Due;
      /** The run that is due, unless none is. Wall-clock milliseconds, as the next one. */
      readonly run: number;
      readonly next: number;
      /** So many runs were missed that something is wrong. */
      readonly missedTooMany: boolean;
    };

export const cronJobLimits = {
  /** Beyond this, missed runs are worth a warning. Kubernetes' own number. */
  missedRunsMax: 100,
} as const;

/** What it made and what still runs, in the order in which it was made. */
export const activeJobs = ({ cronJob, jobs }: CronJobView): readonly Job[] =>
  cronJob === undefined ? [] : jobs.filter((job) => isUnfinished(job) && runOf(cronJob, job) !== undefined);

/** Wall-clock milliseconds of the last run that was started; also of one that the status does not tell of yet. */
export function lastRunOf(cronJob: CronJob, { jobs, now }: CronJobView): number | undefined {
  const { lastScheduleTime } = cronJob.status ?? {};
  const runs = jobs.flatMap((job) => runOf(cronJob, job) ?? []).filter((run) => run <= now);
  const known = [...runs, ...(lastScheduleTime === undefined ? [] : [Date.parse(lastScheduleTime)])];
  return known.length === 0 ? undefined : Math.max(...known);
}

export function dutyOf(cronJob: CronJob, view: CronJobView): Duty {
  const { now } = view;
  const timetable = timetableOf(cronJob, lastRunOf(cronJob, view));
  if ("problem" in timetable) return timetable;
  const next = nextRun(timetable, Math.max(now, timetable.since));
  if (next === undefined) {
    const message = `invalid schedule: ${cronJob.spec.schedule} : time difference between two schedules is less than 1 second`;
    return { problem: { reason: "InvalidSchedule", message } };
  }
  const run = latestRun(timetable, now);
  if (run === undefined) return { due: "none", run: 0, next, missedTooMany: false };
  const after = Math.max(timetable.since, now - deadlineMs(cronJob));
  const missed = countRuns(timetable, { after, now }, cronJobLimits.missedRunsMax);
  return { due: dueOf(cronJob, view, run), run, next, missedTooMany: missed > cronJobLimits.missedRunsMax };
}

function dueOf(cronJob: CronJob, view: CronJobView, run: number): Due {
  if (run + deadlineMs(cronJob) < view.now) return "late";
  if (view.jobNamed(nameOfRun(cronJob, run)) !== undefined) return "taken";
  const isAlone = cronJob.spec.concurrencyPolicy === "Forbid";
  return isAlone && activeJobs(view).length > 0 ? "held" : "start";
}

const deadlineMs = ({ spec }: CronJob): number =>
  spec.startingDeadlineSeconds === undefined
    ? Number.POSITIVE_INFINITY
    : spec.startingDeadlineSeconds * 1_000;

function timetableOf(
  { metadata, spec }: CronJob,
  lastRun: number | undefined,
): Timetable | Extract<Duty, { problem: unknown }> {
  const { timeZone: zone = "UTC", schedule: text } = spec;
  const zoneProblem = validateZone(zone);
  if (zoneProblem !== undefined) {
    const message = `invalid timeZone: ${JSON.stringify(zone)}: ${zoneProblem}`;
    return { problem: { reason: "UnknownTimeZone", message } };
  }
  const parsed = parseSchedule(text);
  if ("problem" in parsed) {
    const message = `unparseable schedule: ${JSON.stringify(text)} : ${parsed.problem}`;
    return { problem: { reason: "UnparseableSchedule", message } };
  }
  return { schedule: parsed.schedule, zone, since: lastRun ?? Date.parse(metadata.creationTimestamp) };
}
