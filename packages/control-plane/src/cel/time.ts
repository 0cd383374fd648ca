/** Timestamps (RFC 3339) and durations (Go's) as texts, in nanoseconds. Pure. */
import { CelDuration, CelTimestamp } from "./values.ts";

const second = 1_000_000_000n;
const timestampPattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;
/** Years 0001 to 9999. */
const timestampMin = -62_135_596_800n * second;
const timestampMax = 253_402_300_800n * second - 1n;
/** About 290 years: what fits into 64 bits of nanoseconds. */
const durationMax = 9_223_372_036_854_775_807n;

export function parseTimestamp(text: string): CelTimestamp | undefined {
  const match = timestampPattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, sec, fraction = "", zone = ""] = match;
  const wall = Date.UTC(0, 0, 1);
  const date = new Date(wall);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(sec), 0);
  // What overflowed was no date: February 30, 25 o'clock.
  const isReal =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    date.getUTCHours() === Number(hour) &&
    date.getUTCMinutes() === Number(minute) &&
    date.getUTCSeconds() === Number(sec);
  const offset = offsetMinutes(zone);
  if (!isReal || offset === undefined) return undefined;
  const nanos = (BigInt(date.getTime()) - BigInt(offset) * 60_000n) * 1_000_000n;
  return timestampOf(nanos + BigInt(fraction.padEnd(9, "0")));
}

/** Minutes east of Greenwich, of `Z`, `+02:00` or `02:00`. */
export function offsetMinutes(zone: string): number | undefined {
  if (zone === "Z" || zone === "z") return 0;
  const match = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}

/** Undefined outside of the years that a timestamp can have. */
export const timestampOf = (nanos: bigint): CelTimestamp | undefined =>
  nanos < timestampMin || nanos > timestampMax ? undefined : new CelTimestamp(nanos);

export const durationOf = (nanos: bigint): CelDuration | undefined =>
  nanos < -durationMax - 1n || nanos > durationMax ? undefined : new CelDuration(nanos);

export function timestampText({ nanos }: CelTimestamp): string {
  const rest = ((nanos % second) + second) % second;
  const iso = new Date(Number((nanos - rest) / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = rest.toString().padStart(9, "0").replace(/0+$/, "");
  return `${iso}${fraction === "" ? "" : `.${fraction}`}Z`;
}

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3_600n * second,
};

/** `1h30m`, `-1.5s`, `0`: as Go reads them. */
export function parseDuration(text: string): CelDuration | undefined {
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === "0") return new CelDuration(0n);
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest) || rest.length > 200) return undefined;
  let nanos = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of rest.matchAll(
    /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g,
  )) {
    const one = units[unit] ?? 0n;
    nanos += BigInt(whole === "" ? 0 : whole) * one;
    if (fraction !== "") nanos += (BigInt(fraction) * one) / 10n ** BigInt(fraction.length);
  }
  return durationOf(sign === "-" ? -nanos : nanos);
}

/** CEL's own form: seconds with a fraction, `5400s`. */
export function durationText({ nanos }: CelDuration): string {
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = (size % second).toString().padStart(9, "0").replace(/0+$/, "");
  return `${nanos < 0n ? "-" : ""}${size / second}${fraction === "" ? "" : `.${fraction}`}s`;
}
