/** The rules of cron jobs (batch validation). Pure. */
import type { CronJob, JobSpec } from "@kubus/shared/api/batch.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validateChoice, validateNotNegative, when } from "../../rules.ts";
import { validateJobSpec } from "../job/validate-spec.ts";
import { parseSchedule } from "./schedule.ts";
import { validateZone } from "./time-zone.ts";

/** Each job's name is this name and eleven characters more, and a label value. */
const nameLengthMax = 63 - 11;

export const validateCronJob = ({ spec = {} }: Received<CronJob>): readonly Cause[] => [
  ...validateSchedule(spec.schedule ?? "", "spec.schedule"),
  ...validateNotNegative(spec.startingDeadlineSeconds, "spec.startingDeadlineSeconds"),
  ...validateTimeZone(spec.timeZone, "spec.timeZone"),
  ...validateChoice(spec.concurrencyPolicy ?? "", ["Allow", "Forbid", "Replace"], "spec.concurrencyPolicy"),
  ...validateJobTemplate(spec.jobTemplate?.spec ?? {}, "spec.jobTemplate.spec"),
  ...validateNotNegative(spec.successfulJobsHistoryLimit, "spec.successfulJobsHistoryLimit"),
  ...validateNotNegative(spec.failedJobsHistoryLimit, "spec.failedJobsHistoryLimit"),
];

export const validateNewCronJob = ({ metadata: { name } }: CronJob): readonly Cause[] =>
  when(
    name.length > nameLengthMax,
    cause.invalid("metadata.name", name, `must be no more than ${nameLengthMax} characters`),
  );

function validateSchedule(schedule: string, field: string): readonly Cause[] {
  if (schedule === "") return [cause.required(field)];
  const parsed = parseSchedule(schedule);
  return [
    ...("problem" in parsed ? [cause.invalid(field, schedule, parsed.problem)] : []),
    ...when(
      schedule.includes("TZ"),
      cause.invalid(field, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"),
    ),
  ];
}

function validateTimeZone(zone: string | undefined, field: string): readonly Cause[] {
  if (zone === undefined) return [];
  if (zone === "") return [cause.invalid(field, zone, "timeZone must be nil or non-empty string")];
  if (zone.toLowerCase() === "local")
    return [
      cause.invalid(
        field,
        zone,
        "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
      ),
    ];
  const problem = validateZone(zone);
  return problem === undefined ? [] : [cause.invalid(field, zone, problem)];
}

/** Each job gets a selector of its own, so the template has none. */
const validateJobTemplate = (spec: Received<JobSpec>, field: string): readonly Cause[] => [
  ...validateJobSpec(spec, field),
  ...when(
    spec.selector !== undefined,
    cause.invalid(`${field}.selector`, spec.selector, "`selector` will be auto-generated"),
  ),
  ...when(
    spec.manualSelector === true,
    cause.notSupportedInOrder(`${field}.manualSelector`, true, ["nil", "false"]),
  ),
];
