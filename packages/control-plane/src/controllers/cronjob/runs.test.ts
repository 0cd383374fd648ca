/** When schedules run: against clocks on the wall, minute by minute, also when those are set forward and back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { parseSchedule, type CalendarSchedule } from "../../kinds/batch/cronjob/schedule.ts";
import { countRuns, latestRun, nextRun, type Timetable } from "./runs.ts";
import { offsetAt, zonedTimestamp } from "../../time/zone.ts";

const timetable = (text: string, zone = "UTC", since = 0): Timetable => {
  const parsed = parseSchedule(text);
  return "schedule" in parsed ? { schedule: parsed.schedule, zone, since } : assert.fail(parsed.problem);
};
const instant = (text: string) => Date.parse(text);

/** The next runs after an instant, as the zone's clocks show them. */
function runsAfter(text: string, zone: string, after: string, count: number): readonly string[] {
  const table = timetable(text, zone);
  const runs: string[] = [];
  for (let at = instant(after); runs.length < count;) {
    at = nextRun(table, at) ?? assert.fail("no run");
    runs.push(zonedTimestamp(zone, at));
  }
  return runs;
}

test("a time that the clocks skip does not run that day", () => {
  assert.deepEqual(runsAfter("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 2), [
    "2026-03-28T02:30:00+01:00",
    "2026-03-30T02:30:00+02:00",
  ]);
});

test("a time that the clocks show twice runs twice", () => {
  assert.deepEqual(runsAfter("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 3), [
    "2026-11-01T01:30:00-04:00",
    "2026-11-01T01:30:00-05:00",
    "2026-11-02T01:30:00-05:00",
  ]);
});

test("what runs every half hour does so through all changes of the clocks", () => {
  const runs = runsAfter("*/30 * * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", 100).map(instant);
  // There, clocks are set back by half an hour.
  assert.deepEqual([...new Set(runs.slice(1).map((run, i) => run - (runs[i] ?? 0)))], [1_800_000]);
});

test("a day that begins an hour late has its runs, too", () => {
  // In Beirut clocks go from midnight to one o'clock.
  assert.deepEqual(runsAfter("0 1 * * *", "Asia/Beirut", "2026-03-28T12:00:00Z", 1), [
    "2026-03-29T01:00:00+03:00",
  ]);
  assert.deepEqual(runsAfter("0 0 * * *", "Asia/Beirut", "2026-03-28T12:00:00Z", 1), [
    "2026-03-30T00:00:00+03:00",
  ]);
});

test("days of the month and of the week are alternatives, unless one says nothing", () => {
  assert.deepEqual(runsAfter("0 0 13 * 5", "UTC", "2026-01-01T00:00:00Z", 3), [
    "2026-01-02T00:00:00Z",
    "2026-01-09T00:00:00Z",
    "2026-01-13T00:00:00Z",
  ]);
  assert.deepEqual(runsAfter("0 0 * * 1", "UTC", "2026-01-01T00:00:00Z", 1), ["2026-01-05T00:00:00Z"]);
  assert.deepEqual(runsAfter("0 0 31 * *", "UTC", "2026-02-01T00:00:00Z", 1), ["2026-03-31T00:00:00Z"]);
});

test("29 February comes, 30 February does not", () => {
  assert.deepEqual(runsAfter("0 12 29 2 *", "UTC", "2026-01-01T00:00:00Z", 1), ["2028-02-29T12:00:00Z"]);
  assert.equal(nextRun(timetable("0 12 30 2 *"), instant("2026-01-01T00:00:00Z")), undefined);
});

test("@every counts from the last run", () => {
  const since = instant("2026-01-01T00:00:07Z");
  const table = timetable("@every 90s", "UTC", since);
  assert.equal(nextRun(table, since), since + 90_000);
  assert.equal(nextRun(table, since + 90_000), since + 180_000);
  assert.equal(latestRun(table, since + 89_999), undefined);
  assert.equal(latestRun(table, since + 200_000), since + 180_000);
  assert.equal(countRuns(table, { after: since, now: since + 200_000 }, 100), 2);
});

interface Minute {
  readonly at: number;
  readonly wall: Date;
}

/** What the zone's clocks show in each minute of a span. */
const minutesOf = (zone: string, from: number, to: number): readonly Minute[] =>
  Array.from({ length: (to - from) / 60_000 }, (_, i) => from + i * 60_000).map((at) => ({
    at,
    wall: new Date(at + offsetAt(zone, at)),
  }));

/** The minutes at which the clocks say that the schedule runs. */
const runsAmong = (schedule: CalendarSchedule, minutes: readonly Minute[]): readonly number[] =>
  minutes.filter(({ wall }) => isRunMinute(schedule, wall)).map(({ at }) => at);

function isRunMinute(
  { minutes, hours, months, daysOfMonth, daysOfWeek }: CalendarSchedule,
  wall: Date,
): boolean {
  const byMonth = daysOfMonth.values.has(wall.getUTCDate());
  const byWeek = daysOfWeek.values.has(wall.getUTCDay());
  return (
    minutes.values.has(wall.getUTCMinutes()) &&
    hours.values.has(wall.getUTCHours()) &&
    months.values.has(wall.getUTCMonth() + 1) &&
    (daysOfMonth.isAny || daysOfWeek.isAny ? byMonth && byWeek : byMonth || byWeek)
  );
}

test("for many schedules and zones, around each change of the clocks", () => {
  const random = seededRandom(11);
  const pick = (words: readonly string[]) => words[Math.floor(random.next() * words.length)] ?? "*";
  const spans = [
    ["Europe/Berlin", "2026-03-28T12:00:00Z"],
    ["Europe/Berlin", "2026-10-24T12:00:00Z"],
    ["America/New_York", "2026-03-07T12:00:00Z"],
    ["America/New_York", "2026-10-31T12:00:00Z"],
    ["Australia/Lord_Howe", "2026-10-03T00:00:00Z"],
    ["Asia/Beirut", "2026-03-28T00:00:00Z"],
    ["Asia/Kolkata", "2026-02-27T00:00:00Z"],
    ["Pacific/Apia", "2026-12-31T00:00:00Z"],
  ] as const;
  for (const [zone, begin] of spans) {
    const from = instant(begin);
    const to = from + 3 * 86_400_000;
    const minutes = minutesOf(zone, from, to);
    for (let round = 0; round < 12; round += 1) {
      const text = [
        pick(["*", "0", "30", "*/15", "5,59"]),
        pick(["*", "0", "1-3", "*/6", "2", "23"]),
        pick(["*", "*", "1", "28-31"]),
        "*",
        pick(["*", "*", "0", "1-5"]),
      ].join(" ");
      const table = timetable(text, zone, from - 1);
      assert.ok("minutes" in table.schedule);
      const expected = runsAmong(table.schedule, minutes);
      const found: number[] = [];
      for (let at = nextRun(table, from - 1); at !== undefined && at < to; at = nextRun(table, at))
        found.push(at);
      const what = `${text} in ${zone} from ${begin}`;
      assert.deepEqual(found, expected, what);
      assert.equal(latestRun(table, to - 1), expected.at(-1), what);
      assert.equal(countRuns(table, { after: from - 1, now: to - 1 }, 100_000), expected.length, what);
    }
  }
});
