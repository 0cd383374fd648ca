/** CronJob: jobs at set times. */
import type { CronJob } from "@kubus/shared/api/batch.ts";
import { age } from "../../../api/age.ts";
import { formatLabelSelector } from "../../../api/selectors.ts";
import { ageColumn, nameColumn, none, templateColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { setCronJobDefaults } from "./defaults.ts";
import { validateCronJob, validateNewCronJob } from "./validate.ts";

export const cronJobKind = defineKind<CronJob>({
  group: "batch",
  version: "v1",
  kind: "CronJob",
  plural: "cronjobs",
  shortNames: ["cj"],
  categories: ["all"],
  owner: "cron job controller",
  subresources: ["status"],
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Schedule", type: "string", of: ({ spec }) => spec.schedule },
    { name: "Timezone", type: "string", of: ({ spec }) => spec.timeZone ?? none },
    { name: "Suspend", type: "boolean", of: ({ spec }) => (spec.suspend === true ? "True" : "False") },
    { name: "Active", type: "integer", of: ({ status }) => status?.active?.length ?? 0 },
    {
      name: "Last Schedule",
      type: "string",
      of: ({ status }, now) =>
        status?.lastScheduleTime === undefined ? none : age(status.lastScheduleTime, now),
    },
    ageColumn,
    ...templateColumns<CronJob>(
      ({ spec }) => spec.jobTemplate.spec.template.spec.containers,
      ({ spec }) => formatLabelSelector(spec.jobTemplate.spec.selector),
    ),
  ],
  setDefaults: setCronJobDefaults,
  prepareForCreate: (cronJob) => ({ ...cronJob, status: {} }),
  validate: validateCronJob,
  validateCreate: validateNewCronJob,
  validateStatusUpdate: () => [],
});
