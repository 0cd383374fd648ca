import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "./duration.ts";
import { parseSchedule } from "./schedule.ts";
import { validateZone } from "./time-zone.ts";

const problemOf = (text: string) => {
  const parsed = parseSchedule(text);
  return "problem" in parsed ? parsed.problem : undefined;
};

const calendarOf = (text: string) => {
  const parsed = parseSchedule(text);
  assert.ok("schedule" in parsed && "minutes" in parsed.schedule, text);
  const { minutes, hours, daysOfMonth, months, daysOfWeek } = parsed.schedule;
  return [minutes, hours, daysOfMonth, months, daysOfWeek].map(({ values, isAny }) =>
    isAny ? "*" : [...values].sort((a, b) => a - b).join(),
  );
};

test("a schedule is read as robfig/cron reads it", () => {
  const read: readonly (readonly [string, readonly string[]])[] = [
    ["*/15 * * * *", ["0,15,30,45", "*", "*", "*", "*"]],
    ["5/20 0 * * *", ["5,25,45", "0", "*", "*", "*"]],
    ["0 9-17/4 ? * MON-fri", ["0", "9,13,17", "*", "*", "1,2,3,4,5"]],
    ["0 0 1,15 jan,Jul sun", ["0", "0", "1,15", "1,7", "0"]],
    ["  0   3 * * 6 ", ["0", "3", "*", "*", "6"]],
    ["*/61 * * * *", ["0", "*", "*", "*", "*"]],
    ["1,,2 * * * *", ["1,2", "*", "*", "*", "*"]],
    ["@yearly", ["0", "0", "1", "1", "*"]],
    ["@weekly", ["0", "0", "*", "*", "0"]],
    ["@hourly", ["0", "*", "*", "*", "*"]],
  ];
  for (const [text, fields] of read) assert.deepEqual(calendarOf(text), fields, text);
  assert.deepEqual(parseSchedule("@every 1h30m"), { schedule: { everyMs: 5_400_000 } });
  assert.deepEqual(parseSchedule("@every 10ms"), { schedule: { everyMs: 1_000 } });
});

test("a schedule that cannot be read is refused in its words", () => {
  const refused: readonly (readonly [string, string])[] = [
    ["", "empty spec string"],
    ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
    ["0 0 * * * *", "expected exactly 5 fields, found 6: [0 0 * * * *]"],
    ["61 * * * *", "end of range (61) above maximum (59): 61"],
    ["* 24 * * *", "end of range (24) above maximum (23): 24"],
    ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["* * * 13 *", "end of range (13) above maximum (12): 13"],
    ["* * * * 7", "end of range (7) above maximum (6): 7"],
    ["30-10 * * * *", "beginning of range (30) beyond end of range (10): 30-10"],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["*/2/3 * * * *", "too many slashes: */2/3"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["a * * * *", 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ["* * * * -1", 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'],
    ["*/x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    [
      "99999999999999999999 * * * *",
      'failed to parse int from 99999999999999999999: strconv.Atoi: parsing "99999999999999999999": value out of range',
    ],
    ["@sometimes", "unrecognized descriptor: @sometimes"],
    ["@every", "unrecognized descriptor: @every"],
    ["@every 5", 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ["@every 5d", 'failed to parse duration @every 5d: time: unknown unit "d" in duration "5d"'],
    ["TZ=Mars/Base * * * * *", "provided bad location Mars/Base: unknown time zone Mars/Base"],
  ];
  for (const [text, problem] of refused) assert.equal(problemOf(text), problem, text);
  assert.equal(problemOf("CRON_TZ=Europe/Paris 0 3 * * *"), undefined);
});

test("durations are Go's", () => {
  assert.equal(parseDuration("1h2m3.5s"), 3_723_500);
  assert.equal(parseDuration("-5m"), -300_000);
  assert.equal(parseDuration("0"), 0);
  assert.deepEqual(parseDuration(""), { problem: 'time: invalid duration ""' });
  assert.deepEqual(parseDuration("s"), { problem: 'time: invalid duration "s"' });
});

test("time zones are those of the database, by their exact names", () => {
  for (const zone of ["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "Asia/Kolkata"])
    assert.equal(validateZone(zone), undefined, zone);
  for (const zone of [
    "Europe/Pariss",
    "europe/paris",
    "+01",
    "../etc/passwd",
    "-x",
    "Local/",
    "A".repeat(15),
  ])
    assert.equal(validateZone(zone), `unknown time zone ${zone}`, zone);
});
