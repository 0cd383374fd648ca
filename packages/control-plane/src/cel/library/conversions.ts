/** From one type to another, sizes, and `type`. */
import { failure } from "../errors.ts";
import { as, asA, fn, method, type CelFunction } from "../functions.ts";
import { durationText, parseDuration, parseTimestamp, timestampOf, timestampText } from "../time.ts";
import { t } from "../types.ts";
import { CelDuration, CelTimestamp, CelTypeName, CelUint, typeNameOf, type CelValue } from "../values.ts";
import { codePoints, doubleText } from "./text.ts";
import { int, uint } from "./operators.ts";

const conversionError = (type: string, value: string) =>
  failure(`type conversion error from '${value}' to '${type}'`);

function wholeOf(value: number): bigint {
  const size = Math.trunc(value);
  if (!Number.isFinite(size) || Math.abs(size) >= 2 ** 64) throw failure("integer overflow");
  return BigInt(size);
}

function parsedWhole(text: string, type: string): bigint {
  if (!/^[+-]?\d+$/.test(text) || text.length > 40) throw conversionError(type, text);
  return BigInt(text.replace(/^\+/, ""));
}

function parsedDouble(text: string): number {
  const special: Readonly<Record<string, number>> = { inf: Infinity, infinity: Infinity, nan: Number.NaN };
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const known = special[rest.toLowerCase()];
  if (known === undefined && !/^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(rest))
    throw conversionError("double", text);
  return (sign === "-" ? -1 : 1) * (known ?? Number(rest));
}

const numbers: readonly CelFunction[] = [
  fn("int", [t.int], t.int, ([value]) => as.int(value)),
  fn("int", [t.uint], t.int, ([value]) => int(asA(CelUint, value).value)),
  fn("int", [t.double], t.int, ([value]) => int(wholeOf(as.double(value)))),
  fn("int", [t.string], t.int, ([value]) => int(parsedWhole(as.string(value), "int"))),
  fn("int", [t.timestamp], t.int, ([value]) => {
    const { nanos } = asA(CelTimestamp, value);
    return (nanos - (((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n;
  }),
  fn("int", [t.duration], t.int, ([value]) => asA(CelDuration, value).nanos),
  fn("uint", [t.uint], t.uint, ([value]) => asA(CelUint, value)),
  fn("uint", [t.int], t.uint, ([value]) => uint(as.int(value))),
  fn("uint", [t.double], t.uint, ([value]) => uint(wholeOf(as.double(value)))),
  fn("uint", [t.string], t.uint, ([value]) => uint(parsedWhole(as.string(value), "uint"))),
  fn("double", [t.double], t.double, ([value]) => as.double(value)),
  fn("double", [t.int], t.double, ([value]) => Number(as.int(value))),
  fn("double", [t.uint], t.double, ([value]) => Number(asA(CelUint, value).value)),
  fn("double", [t.string], t.double, ([value]) => parsedDouble(as.string(value))),
];

const truths: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true])),
  ...Object.fromEntries(["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false])),
};

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw failure("invalid UTF-8 in bytes, cannot convert to string");
  }
}

const texts: readonly CelFunction[] = [
  fn("string", [t.string], t.string, ([value]) => as.string(value)),
  fn("string", [t.bool], t.string, ([value]) => String(as.bool(value))),
  fn("string", [t.int], t.string, ([value]) => String(as.int(value))),
  fn("string", [t.uint], t.string, ([value]) => String(asA(CelUint, value).value)),
  fn("string", [t.double], t.string, ([value]) => doubleText(as.double(value))),
  fn("string", [t.bytes], t.string, ([value]) => decoded(asA(Uint8Array, value))),
  fn("string", [t.timestamp], t.string, ([value]) => timestampText(asA(CelTimestamp, value))),
  fn("string", [t.duration], t.string, ([value]) => durationText(asA(CelDuration, value))),
  fn("bytes", [t.bytes], t.bytes, ([value]) => asA(Uint8Array, value)),
  fn("bytes", [t.string], t.bytes, ([value]) => new TextEncoder().encode(as.string(value))),
  fn("bool", [t.bool], t.bool, ([value]) => as.bool(value)),
  fn("bool", [t.string], t.bool, ([value]) => {
    const text = as.string(value);
    const truth = Object.hasOwn(truths, text) ? truths[text] : undefined;
    if (truth === undefined) throw conversionError("bool", text);
    return truth;
  }),
];

const moments: readonly CelFunction[] = [
  fn("timestamp", [t.timestamp], t.timestamp, ([value]) => asA(CelTimestamp, value)),
  fn("timestamp", [t.string], t.timestamp, ([value]) => {
    const moment = parseTimestamp(as.string(value));
    if (moment === undefined) throw conversionError("google.protobuf.Timestamp", as.string(value));
    return moment;
  }),
  fn("timestamp", [t.int], t.timestamp, ([value]) => {
    const moment = timestampOf(as.int(value) * 1_000_000_000n);
    if (moment === undefined) throw failure("timestamp overflow");
    return moment;
  }),
  fn("duration", [t.duration], t.duration, ([value]) => asA(CelDuration, value)),
  fn("duration", [t.string], t.duration, ([value]) => {
    const duration = parseDuration(as.string(value));
    if (duration === undefined) throw conversionError("google.protobuf.Duration", as.string(value));
    return duration;
  }),
  fn("duration", [t.int], t.duration, ([value]) => new CelDuration(as.int(value))),
];

const sizeOf: Readonly<Record<"string" | "bytes" | "list" | "map", (value: CelValue | undefined) => number>> =
  {
    string: (value) => codePoints(as.string(value)),
    bytes: (value) => asA(Uint8Array, value).length,
    list: (value) => as.list(value).length,
    map: (value) => as.map(value).size,
  };

const sized = [
  [t.string, sizeOf.string],
  [t.bytes, sizeOf.bytes],
  [t.list(t.param("A")), sizeOf.list],
  [t.map(t.param("A"), t.param("B")), sizeOf.map],
] as const;

export const conversions: readonly CelFunction[] = [
  ...numbers,
  ...texts,
  ...moments,
  ...sized.flatMap(([type, size]) => [
    fn("size", [type], t.int, ([value]) => BigInt(size(value))),
    method(type, "size", [], t.int, ([value]) => BigInt(size(value))),
  ]),
  fn("dyn", [t.param("A")], t.dyn, ([value = null]) => value),
  fn("type", [t.param("A")], t.type, ([value = null]) => new CelTypeName(typeNameOf(value))),
];
