/**
 * When a CronJob runs: five fields, or a word such as `@daily` or `@every 90m`, as robfig/cron reads them. Pure.
 *
 * What Kubernetes accepts is accepted, and what it refuses is refused in the same words.
 */
import { parseDuration } from "./duration.ts";
import { parseField, ScheduleProblem, type FieldRule, type ScheduleField } from "./schedule-field.ts";
import { validateZone } from "./time-zone.ts";

export interface CalendarSchedule {
  readonly minutes: ScheduleField;
  readonly hours: ScheduleField;
  readonly daysOfMonth: ScheduleField;
  readonly months: ScheduleField;
  /** 0 is Sunday. */
  readonly daysOfWeek: ScheduleField;
}

export type Schedule = CalendarSchedule | { readonly everyMs: number };
export type ParsedSchedule = { readonly schedule: Schedule } | { readonly problem: string };

const fields = {
  minutes: { least: 0, most: 59 },
  hours: { least: 0, most: 23 },
  daysOfMonth: { least: 1, most: 31 },
  months: {
    least: 1,
    most: 12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  daysOfWeek: { least: 0, most: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
} as const satisfies Readonly<Record<keyof CalendarSchedule, FieldRule>>;

const fieldCount = Object.keys(fields).length;

const words: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

export function parseSchedule(text: string): ParsedSchedule {
  try {
    return { schedule: scheduleIn(text) };
  } catch (error) {
    if (error instanceof ScheduleProblem) return { problem: error.message };
    throw error;
  }
}

function scheduleIn(text: string): Schedule {
  if (text === "") throw new ScheduleProblem("empty spec string");
  const rest = withoutZone(text);
  return rest.startsWith("@") ? scheduleNamed(rest) : calendarIn(rest);
}

/** A zone in front is read and left to `spec.timeZone`: no schedule that has one is accepted anyway. */
function withoutZone(text: string): string {
  const [, zone = "", rest = ""] = /^(?:CRON_)?TZ=(\S*)(.*)$/s.exec(text) ?? [undefined, undefined, text];
  const problem = rest === text ? undefined : validateZone(zone);
  if (problem !== undefined) throw new ScheduleProblem(`provided bad location ${zone}: ${problem}`);
  return rest.trim();
}

function scheduleNamed(word: string): Schedule {
  const text = Object.hasOwn(words, word) ? words[word] : undefined;
  if (text !== undefined) return calendarIn(text);
  const every = "@every ";
  if (!word.startsWith(every)) throw new ScheduleProblem(`unrecognized descriptor: ${word}`);
  const parsed = parseDuration(word.slice(every.length));
  if (typeof parsed !== "number")
    throw new ScheduleProblem(`failed to parse duration ${word}: ${parsed.problem}`);
  // Whole seconds, and no more than one run in each.
  return { everyMs: Math.max(Math.trunc(parsed / 1_000), 1) * 1_000 };
}

function calendarIn(text: string): CalendarSchedule {
  const parts = text.split(/\s+/).filter((part) => part !== "");
  if (parts.length !== fieldCount)
    throw new ScheduleProblem(
      `expected exactly ${fieldCount} fields, found ${parts.length}: [${parts.join(" ")}]`,
    );
  const [minutes = "", hours = "", daysOfMonth = "", months = "", daysOfWeek = ""] = parts;
  return {
    minutes: parseField(minutes, fields.minutes),
    hours: parseField(hours, fields.hours),
    daysOfMonth: parseField(daysOfMonth, fields.daysOfMonth),
    months: parseField(months, fields.months),
    daysOfWeek: parseField(daysOfWeek, fields.daysOfWeek),
  };
}
