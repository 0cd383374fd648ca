/** Job: pods that run to their end, as many as it takes. */
import type { Job } from "@kubus/shared/api/batch.ts";
import { formatLabelSelector } from "../../../api/selectors.ts";
import { ageColumn, nameColumn, templateColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { completionsOf, durationOf, statusOf } from "./columns.ts";
import { setJobDefaults } from "./defaults.ts";
import { withSelector } from "./selector.ts";
import { validateJobStatus } from "./validate-status.ts";
import { validateJob, validateJobUpdate } from "./validate.ts";

export const jobKind = defineKind<Job>({
  group: "batch",
  version: "v1",
  kind: "Job",
  plural: "jobs",
  categories: ["all"],
  owner: "job controller",
  subresources: ["status"],
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Status", type: "string", of: statusOf },
    { name: "Completions", type: "string", of: completionsOf },
    { name: "Duration", type: "string", of: durationOf },
    ageColumn,
    ...templateColumns<Job>(
      ({ spec }) => spec.template.spec.containers,
      ({ spec }) => formatLabelSelector(spec.selector),
    ),
  ],
  selectableFields: { "status.successful": ({ status }) => String(status?.succeeded ?? 0) },
  setDefaults: setJobDefaults,
  prepareForCreate: (job) => ({ ...withSelector(job), status: {} }),
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  validateStatusUpdate: validateJobStatus,
});
