/**
 * When a schedule runs. Pure; the rules are robfig/cron's, which Kubernetes uses.
 *
 * Times that the clocks skip when they are set forward do not run; times that they show twice run twice.
 */
import type { CalendarSchedule, Schedule } from "../../kinds/batch/cronjob/schedule.ts";
import { instantsOn, offsetAt } from "./zone.ts";

export interface Timetable {
  readonly schedule: Schedule;
  /** IANA name. */
  readonly zone: string;
  /** Wall-clock milliseconds after which runs count. `@every` counts from here. */
  readonly since: number;
}

export const runLimits = {
  /** A schedule that has no run for so long has none at all: 30 February. robfig's own limit. */
  searchDaysMax: 5 * 366,
} as const;

const dayMs = 86_400_000;

/** The first run later than `after`, which is not before `since`; undefined when there is none. */
export function nextRun(timetable: Timetable, after: number): number | undefined {
  const { schedule, since } = timetable;
  if ("everyMs" in schedule)
    return since + (Math.floor((after - since) / schedule.everyMs) + 1) * schedule.everyMs;
  const first = dayAt(timetable, after);
  for (let days = 0; days <= runLimits.searchDaysMax; days += 1) {
    const run = runsOn(timetable, schedule, first + days * dayMs).find((at) => at > after);
    if (run !== undefined) return run;
  }
  return undefined;
}

/** The last run that is not later than `now`; undefined when there was none since `since`. */
export function latestRun(timetable: Timetable, now: number): number | undefined {
  const { schedule, since } = timetable;
  if ("everyMs" in schedule) {
    const runs = Math.floor((now - since) / schedule.everyMs);
    return runs > 0 ? since + runs * schedule.everyMs : undefined;
  }
  const first = dayAt(timetable, since);
  for (let day = dayAt(timetable, now); day >= first; day -= dayMs) {
    const run = runsOn(timetable, schedule, day).findLast((at) => at <= now);
    if (run !== undefined) return run > since ? run : undefined;
  }
  return undefined;
}

/** How many runs lie after `after` and not after `now`; counting ends beyond `most`. */
export function countRuns(
  timetable: Timetable,
  span: { readonly after: number; readonly now: number },
  most: number,
): number {
  const { schedule, since } = timetable;
  const { after, now } = span;
  if ("everyMs" in schedule) {
    const until = (at: number) => Math.floor((at - since) / schedule.everyMs);
    return Math.max(0, until(now) - Math.max(0, until(after)));
  }
  let count = 0;
  const last = dayAt(timetable, now);
  for (let day = dayAt(timetable, after); day <= last && count <= most; day += dayMs)
    count += runsOn(timetable, schedule, day).filter((at) => at > after && at <= now).length;
  return count;
}

/** Midnight, as a clock in UTC would show it, of the day that it is in the zone. */
const dayAt = ({ zone }: Timetable, instant: number): number =>
  Math.floor((instant + offsetAt(zone, instant)) / dayMs) * dayMs;

/** In order. */
function runsOn({ zone }: Timetable, schedule: CalendarSchedule, day: number): readonly number[] {
  if (!isRunDay(schedule, day)) return [];
  const instants = instantsOn(zone, day);
  const runs = [...schedule.hours.values].flatMap((hour) =>
    [...schedule.minutes.values].flatMap((minute) => instants(day + hour * 3_600_000 + minute * 60_000)),
  );
  return runs.sort((a, b) => a - b);
}

/** Days of the month and of the week are alternatives when both say something. */
function isRunDay({ months, daysOfMonth, daysOfWeek }: CalendarSchedule, day: number): boolean {
  const date = new Date(day);
  if (!months.values.has(date.getUTCMonth() + 1)) return false;
  const [byMonth, byWeek] = [
    daysOfMonth.values.has(date.getUTCDate()),
    daysOfWeek.values.has(date.getUTCDay()),
  ];
  return daysOfMonth.isAny || daysOfWeek.isAny ? byMonth && byWeek : byMonth || byWeek;
}
