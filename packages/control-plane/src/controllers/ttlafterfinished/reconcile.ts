/** Jobs that ended are deleted when `ttlSecondsAfterFinished` have passed since. Pure. */
import type { CronJob, Job } from "@kubus/shared/api/batch.ts";
import { jobKind } from "../../kinds/index.ts";
import { runOf } from "../cronjob/jobs.ts";
import { lifeLimits } from "../engine/life.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import { endOf } from "../job/conditions.ts";
import { targetOf } from "../workload/ownership.ts";

export interface FinishedView {
  readonly job: Job | undefined;
  /** The cron job that made it, while there is one. */
  readonly cronJob: CronJob | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export const ttlLimits = {
  /** How soon a cron job that has not noted its run is looked at again. */
  noteRetryMs: 1_000,
} as const;

/** Wall-clock milliseconds at which a job is to be deleted; undefined while it may stay for ever. */
export function expiryOf(job: Job): number | undefined {
  const { ttlSecondsAfterFinished: seconds } = job.spec;
  const endedAt = endOf(job)?.lastTransitionTime;
  if (seconds === undefined || endedAt === undefined || job.metadata.deletionTimestamp !== undefined)
    return undefined;
  return Date.parse(endedAt) + seconds * 1_000;
}

export function reconcile({ job, cronJob, now }: FinishedView): Plan {
  const expiry = job === undefined ? undefined : expiryOf(job);
  if (job === undefined || expiry === undefined) return nothing;
  if (expiry > now) return { effects: [], requeueAfterMs: Math.min(expiry - now, lifeLimits.waitMaxMs) };
  if (cronJob !== undefined && !isNoted(cronJob, job))
    return { effects: [], requeueAfterMs: ttlLimits.noteRetryMs };
  const { uid, resourceVersion } = job.metadata;
  // Its pods go first, so that nobody sees pods of a job that is gone.
  const options = { propagationPolicy: "Foreground", preconditions: { uid, resourceVersion } } as const;
  return { effects: [{ type: "delete", kind: jobKind, target: targetOf(job), options }] };
}

/** As long as a cron job has not noted that it made this job, it could not tell that the run has been. */
function isNoted(cronJob: CronJob, job: Job): boolean {
  const run = runOf(cronJob, job);
  const { lastScheduleTime } = cronJob.status ?? {};
  return run === undefined || (lastScheduleTime !== undefined && Date.parse(lastScheduleTime) >= run);
}
