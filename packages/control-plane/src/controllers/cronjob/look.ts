/** What a look at a cron job comes to: the state of its life, why, and when its next run is. Pure. */
import type { CronJob } from "@kubus/shared/api/batch.ts";
import type { Look } from "../engine/life.ts";
import { activeJobs, dutyOf, type CronJobView } from "./duty.ts";
import { nameOfRun } from "./jobs.ts";
import { zonedTimestamp } from "../../time/zone.ts";

export function classify(view: CronJobView): Look | undefined {
  const { cronJob } = view;
  if (cronJob === undefined) return undefined;
  if (cronJob.metadata.deletionTimestamp !== undefined)
    return { type: "cronJob.deleted", why: runningOf(view) };
  if (cronJob.spec.suspend === true)
    return { type: "cronJob.suspended", why: `spec.suspend is true; ${runningOf(view)}` };
  return lookAtRuns(cronJob, view);
}

function lookAtRuns(cronJob: CronJob, view: CronJobView): Look {
  const duty = dutyOf(cronJob, view);
  if ("problem" in duty) return { type: "schedule.refused", why: duty.problem.message };
  const { timeZone = "UTC" } = cronJob.spec;
  const timeOf = (run: number) => zonedTimestamp(timeZone, run);
  const next = `the next run is at ${timeOf(duty.next)}`;
  const dueInMs = duty.next - view.now;
  switch (duty.due) {
    case "start":
      return { type: "run.came", why: `the run of ${timeOf(duty.run)} is due`, dueInMs };
    case "held":
      return {
        type: "run.held",
        why: `the run of ${timeOf(duty.run)} waits for ${runningOf(view)}; ${next}`,
        dueInMs,
      };
    case "late":
      return { type: "run.awaited", why: `the run of ${timeOf(duty.run)} was missed; ${next}`, dueInMs };
    case "taken":
      return {
        type: "run.awaited",
        why: `there is a job ${nameOfRun(cronJob, duty.run)} already; ${next}`,
        dueInMs,
      };
    case "none":
      return activeJobs(view).length > 0
        ? { type: "job.started", why: `${runningOf(view)}; ${next}`, dueInMs }
        : { type: "run.awaited", why: next, dueInMs };
  }
}

function runningOf(view: CronJobView): string {
  const names = activeJobs(view).map(({ metadata }) => metadata.name);
  return names.length === 0 ? "no job runs" : names.join(", ");
}
