/**
 * When a schedule runs. Pure; the rules are robfig/cron's, which Kubernetes uses.
 *
 * Times that the clocks skip when they are set forward do not run; times that they show twice run twice.
 */
import type { CalendarSchedule, Schedule } from "../../kinds/batch/cronjob/schedule.ts";
import type { ScheduleField } from "../../kinds/batch/cronjob/schedule-field.ts";
import { instantsOn, offsetAt } from "../../time/zone.ts";

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
const hourMs = 3_600_000;
/** Clocks are never set by more than this, but for whole days. */
const changeMaxMs = 2 * hourMs;

/** The first run later than `after`, which is not before `since`; undefined when there is none. */
export function nextRun(timetable: Timetable, after: number): number | undefined {
  const { schedule, since } = timetable;
  if ("everyMs" in schedule)
    return since + (Math.floor((after - since) / schedule.everyMs) + 1) * schedule.everyMs;
  const first = dayAt(timetable, after);
  for (let days = 0; days <= runLimits.searchDaysMax; days += 1) {
    const run = firstOn(timetable, schedule, first + days * dayMs, after);
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
    const run = lastOn(timetable, schedule, day, now);
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

/** The first run of a day that is later than `after`. Hours that ended long before are not even looked at. */
function firstOn(
  { zone }: Timetable,
  schedule: CalendarSchedule,
  day: number,
  after: number,
): number | undefined {
  if (!isRunDay(schedule, day)) return undefined;
  const wall = after + offsetAt(zone, after) - changeMaxMs;
  const instants = instantsOn(zone, day);
  for (const hour of inOrder(schedule.hours)) {
    const begin = day + hour * hourMs;
    const run =
      begin + hourMs < wall ? undefined : runsIn(schedule, begin, instants).find((at) => at > after);
    if (run !== undefined) return run;
  }
  return undefined;
}

/** The last run of a day that is not later than `now`. */
function lastOn(
  { zone }: Timetable,
  schedule: CalendarSchedule,
  day: number,
  now: number,
): number | undefined {
  if (!isRunDay(schedule, day)) return undefined;
  const wall = now + offsetAt(zone, now) + changeMaxMs;
  const instants = instantsOn(zone, day);
  for (const hour of inOrder(schedule.hours).toReversed()) {
    const begin = day + hour * hourMs;
    const run = begin > wall ? undefined : runsIn(schedule, begin, instants).findLast((at) => at <= now);
    if (run !== undefined) return run;
  }
  return undefined;
}

const runsOn = ({ zone }: Timetable, schedule: CalendarSchedule, day: number): readonly number[] => {
  const instants = instantsOn(zone, day);
  return isRunDay(schedule, day)
    ? inOrder(schedule.hours).flatMap((hour) => runsIn(schedule, day + hour * hourMs, instants))
    : [];
};

type Instants = ReturnType<typeof instantsOn>;

/** The runs of an hour on the wall, in order: when it comes twice, the whole of the first comes first. */
const runsIn = ({ minutes }: CalendarSchedule, begin: number, instants: Instants): readonly number[] =>
  [...minutes.values].flatMap((minute) => instants(begin + minute * 60_000)).sort((a, b) => a - b);

const inOrder = ({ values }: ScheduleField): readonly number[] => [...values].sort((a, b) => a - b);

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
