/** What a cron job says of its jobs. Pure. */
import type { CronJob, Job } from "@kubus/shared/api/batch.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { endOf } from "../job/conditions.ts";
import { referenceTo } from "../workload/ownership.ts";
import { activeJobs, lastRunOf, type CronJobView } from "./duty.ts";

type Status = NonNullable<CronJob["status"]>;

/** `replaced` are about to be deleted, and not active any more. */
export function statusOf(cronJob: CronJob, view: CronJobView, replaced: readonly Job[]): Status {
  const { active: before = [] } = cronJob.status ?? {};
  const jobs = activeJobs(view).filter((job) => !replaced.includes(job));
  // References stay as they were written first, with the version of then.
  const active = [
    ...before.filter(({ uid }) => jobs.some(({ metadata }) => metadata.uid === uid)),
    ...jobs.filter(({ metadata }) => !before.some(({ uid }) => uid === metadata.uid)).map(referenceTo),
  ];
  const lastRun = lastRunOf(cronJob, view);
  const lastSuccess = lastSuccessOf(cronJob, view.jobs);
  return {
    ...(active.length === 0 ? {} : { active }),
    ...(lastRun === undefined ? {} : { lastScheduleTime: timestamp(lastRun) }),
    ...(lastSuccess === undefined ? {} : { lastSuccessfulTime: lastSuccess }),
  };
}

function lastSuccessOf({ status }: CronJob, jobs: readonly Job[]): string | undefined {
  const times = jobs
    .filter((job) => endOf(job)?.type === "Complete")
    .flatMap((job) => job.status?.completionTime ?? []);
  return [...times, ...(status?.lastSuccessfulTime === undefined ? [] : [status.lastSuccessfulTime])]
    .sort()
    .at(-1);
}
