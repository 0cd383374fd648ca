/** The jobs of a cron job: how they are called, which of them it made, how they ended. Pure. */
import type { CronJob, Job } from "@kubus/shared/api/batch.ts";
import type { Draft } from "../../api/objects.ts";
import { endOf } from "../job/conditions.ts";
import { ownerReference } from "../workload/ownership.ts";
import { zonedTimestamp } from "../../time/zone.ts";

export const scheduledAnnotation = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/** INVARIANT: one run has one name, so that no server makes its job twice. */
export const nameOfRun = ({ metadata }: CronJob, run: number): string =>
  `${metadata.name}-${Math.floor(run / 60_000)}`;

/** Wall-clock milliseconds of the run that this job was made for; undefined for jobs that others made. */
export function runOf(cronJob: CronJob, { metadata }: Job): number | undefined {
  const run = Date.parse(metadata.annotations?.[scheduledAnnotation] ?? "");
  return Number.isFinite(run) && nameOfRun(cronJob, run) === metadata.name ? run : undefined;
}

export const isUnfinished = (job: Job): boolean => endOf(job) === undefined;

export function jobOf(cronJob: CronJob, run: number): Draft<Job> {
  const { spec, metadata } = cronJob;
  const { metadata: template = {}, spec: jobSpec } = spec.jobTemplate;
  const annotations = {
    ...template.annotations,
    [scheduledAnnotation]: zonedTimestamp(spec.timeZone ?? "UTC", run),
  };
  return {
    metadata: {
      name: nameOfRun(cronJob, run),
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(template.labels === undefined ? {} : { labels: template.labels }),
      annotations,
      ownerReferences: [ownerReference(cronJob)],
    },
    spec: jobSpec,
  };
}

/** Finished jobs beyond the limits of the history, the oldest first. */
export function surplusHistory({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const beyond = (type: "Complete" | "Failed", limit: number | undefined) => {
    if (limit === undefined) return [];
    const ended = jobs.filter(
      (job) => endOf(job)?.type === type && job.metadata.deletionTimestamp === undefined,
    );
    return ended.toSorted(byStart).slice(0, Math.max(0, ended.length - limit));
  };
  return [
    ...beyond("Complete", spec.successfulJobsHistoryLimit),
    ...beyond("Failed", spec.failedJobsHistoryLimit),
  ];
}

const byStart = (a: Job, b: Job): number =>
  startOf(a) - startOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1);

const startOf = ({ metadata, status }: Job): number =>
  Date.parse(status?.startTime ?? metadata.creationTimestamp);
