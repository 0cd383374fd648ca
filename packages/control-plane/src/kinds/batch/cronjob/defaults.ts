/** What the API server fills in on cron jobs (batch/v1 defaults). Pure. */
import type { CronJob } from "@kubus/shared/api/batch.ts";
import { withDefaults } from "../../../api/defaults.ts";
import type { Received } from "../../received.ts";
import { setJobTemplateDefaults } from "../job/defaults.ts";

export function setCronJobDefaults(cronJob: Received<CronJob>): CronJob {
  const { spec = {} } = cronJob;
  const { jobTemplate = {} } = spec;
  return {
    ...cronJob,
    spec: {
      ...withDefaults(spec, {
        concurrencyPolicy: "Allow",
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      }),
      jobTemplate: { ...jobTemplate, spec: setJobTemplateDefaults(jobTemplate.spec) },
    },
  } as CronJob;
}
