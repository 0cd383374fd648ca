/** Parts of timestamps and durations. */
import { offsetAt } from "../../time/zone.ts";
import { failure } from "../errors.ts";
import { as, asA, method, type CelFunction } from "../functions.ts";
import { offsetMinutes } from "../time.ts";
import { t } from "../types.ts";
import { CelDuration, CelTimestamp, type CelValue } from "../values.ts";

/** The wall clock of a place, told as if it were UTC. */
function wallClock(value: CelValue | undefined, zone: string | undefined): Date {
  const ms = Math.floor(Number(asA(CelTimestamp, value).nanos / 1_000n) / 1_000);
  if (zone === undefined || zone === "" || zone === "UTC") return new Date(ms);
  const fixed = offsetMinutes(zone);
  return new Date(ms + (fixed === undefined ? zoneOffsetMs(zone, ms) : fixed * 60_000));
}

function zoneOffsetMs(zone: string, ms: number): number {
  try {
    return offsetAt(zone, ms);
  } catch {
    throw failure(`unknown time zone ${zone}`);
  }
}

const dayOfYear = (date: Date): number =>
  Math.floor(
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) -
      Date.UTC(date.getUTCFullYear(), 0, 1)) /
      86_400_000,
  );

const dateParts: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: dayOfYear,
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};

const durationParts: Readonly<Record<string, (nanos: bigint) => bigint>> = {
  getHours: (nanos) => nanos / 3_600_000_000_000n,
  getMinutes: (nanos) => nanos / 60_000_000_000n,
  getSeconds: (nanos) => nanos / 1_000_000_000n,
  getMilliseconds: (nanos) => nanos / 1_000_000n,
};

export const timeFunctions: readonly CelFunction[] = [
  ...Object.entries(dateParts).flatMap(([name, of]) => [
    method(t.timestamp, name, [], t.int, ([value]) => BigInt(of(wallClock(value, undefined)))),
    method(t.timestamp, name, [t.string], t.int, ([value, zone]) =>
      BigInt(of(wallClock(value, as.string(zone)))),
    ),
  ]),
  ...Object.entries(durationParts).map(([name, of]) =>
    method(t.duration, name, [], t.int, ([value]) => of(asA(CelDuration, value).nanos)),
  ),
];
