/** `+ - * / %`, order, `in`, `!`: for every type that has them. */
import { areEqual, compare, keyOf } from "../equality.ts";
import { failure } from "../errors.ts";
import { as, asA, fn, type CelFunction } from "../functions.ts";
import { celLimits, charge } from "../meter.ts";
import { durationOf, timestampOf } from "../time.ts";
import { t, type CelType } from "../types.ts";
import {
  CelDuration,
  CelTimestamp,
  CelUint,
  identified,
  identityOf,
  isMap,
  type CelList,
  type CelMap,
  type CelValue,
  type CelKey,
} from "../values.ts";
import type { Meter } from "../meter.ts";

const intMax = 9_223_372_036_854_775_807n;
const uintMax = 18_446_744_073_709_551_615n;

export function int(value: bigint): bigint {
  if (value > intMax || value < -intMax - 1n) throw failure("integer overflow");
  return value;
}

export function uint(value: bigint): CelUint {
  if (value < 0n || value > uintMax) throw failure("unsigned integer overflow");
  return new CelUint(value);
}

const timestamp = (nanos: bigint): CelTimestamp => timestampOf(nanos) ?? overflow("timestamp overflow");
const duration = (nanos: bigint): CelDuration => durationOf(nanos) ?? overflow("duration overflow");

function overflow(what: string): never {
  throw failure(what);
}

function notZero(value: bigint, what: string): bigint {
  if (value === 0n) throw failure(what);
  return value;
}

/** What `+ - * / %` do with whole numbers. */
const whole: Readonly<Record<string, (left: bigint, right: bigint) => bigint>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / notZero(right, "division by zero"),
  "%": (left, right) => left % notZero(right, "modulus by zero"),
};

const fractional: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
};

const arithmetic: readonly CelFunction[] = [
  ...Object.entries(whole).flatMap(([sign, of]) => [
    fn(`_${sign}_`, [t.int, t.int], t.int, ([left, right]) => int(of(as.int(left), as.int(right)))),
    fn(`_${sign}_`, [t.uint, t.uint], t.uint, ([left, right]) =>
      uint(of(asA(CelUint, left).value, asA(CelUint, right).value)),
    ),
  ]),
  ...Object.entries(fractional).map(([sign, of]) =>
    fn(`_${sign}_`, [t.double, t.double], t.double, ([left, right]) => of(as.double(left), as.double(right))),
  ),
  fn("-_", [t.int], t.int, ([value]) => int(-as.int(value))),
  fn("-_", [t.double], t.double, ([value]) => -as.double(value)),
  fn("!_", [t.bool], t.bool, ([value]) => !as.bool(value)),
];

const nanosOf = (value: CelValue | undefined): bigint => asA(CelDuration, value).nanos;
const momentOf = (value: CelValue | undefined): bigint => asA(CelTimestamp, value).nanos;

const times: readonly CelFunction[] = [
  fn("_+_", [t.timestamp, t.duration], t.timestamp, ([at, by]) => timestamp(momentOf(at) + nanosOf(by))),
  fn("_+_", [t.duration, t.timestamp], t.timestamp, ([by, at]) => timestamp(momentOf(at) + nanosOf(by))),
  fn("_+_", [t.duration, t.duration], t.duration, ([left, right]) =>
    duration(nanosOf(left) + nanosOf(right)),
  ),
  fn("_-_", [t.timestamp, t.duration], t.timestamp, ([at, by]) => timestamp(momentOf(at) - nanosOf(by))),
  fn("_-_", [t.timestamp, t.timestamp], t.duration, ([left, right]) =>
    duration(momentOf(left) - momentOf(right)),
  ),
  fn("_-_", [t.duration, t.duration], t.duration, ([left, right]) =>
    duration(nanosOf(left) - nanosOf(right)),
  ),
];

const joins: readonly CelFunction[] = [
  fn("_+_", [t.string, t.string], t.string, ([left, right]) => {
    const made = as.string(left) + as.string(right);
    if (made.length > celLimits.madeLengthMax) throw failure("string is too long");
    return made;
  }),
  fn(
    "_+_",
    [t.bytes, t.bytes],
    t.bytes,
    ([left, right]) => new Uint8Array(Buffer.concat([asA(Uint8Array, left), asA(Uint8Array, right)])),
  ),
  fn("_+_", [t.list(t.param("A")), t.list(t.param("A"))], t.list(t.param("A")), ([left, right], meter) =>
    added(as.list(left), as.list(right), meter),
  ),
];

/** Sets and lists with keys are merged, as server-side apply would do it. */
function added(left: CelList, right: CelList, meter: Meter): CelList {
  const identity = identityOf(left) ?? identityOf(right);
  if (left.length + right.length > celLimits.madeLengthMax) throw failure("list is too long");
  charge(meter, left.length + right.length);
  if (identity === undefined) return [...left, ...right];
  const isSame = (one: CelValue, other: CelValue): boolean =>
    identity.kind === "set"
      ? areEqual(one, other, meter)
      : identity.keys.every((key) => areEqual(keyIn(one, key), keyIn(other, key), meter));
  const kept = left.map((item) => right.find((other) => isSame(item, other)) ?? item);
  const fresh = right.filter((item) => !left.some((other) => isSame(item, other)));
  return identified([...kept, ...fresh], identity);
}

const keyIn = (item: CelValue, key: string): CelValue => (isMap(item) ? (item.get(key) ?? null) : null);

const ordered: readonly (readonly [CelType, CelType])[] = [
  ...[t.bool, t.string, t.bytes, t.timestamp, t.duration].map((type) => [type, type] as const),
  ...[t.int, t.uint, t.double].flatMap((left) =>
    [t.int, t.uint, t.double].map((right) => [left, right] as const),
  ),
];

const verdicts: Readonly<Record<string, (order: number) => boolean>> = {
  "_<_": (order) => order < 0,
  "_<=_": (order) => order <= 0,
  "_>_": (order) => order > 0,
  "_>=_": (order) => order >= 0,
};

const orders: readonly CelFunction[] = Object.entries(verdicts).flatMap(([name, is]) =>
  ordered.map((types) => fn(name, types, t.bool, ([left = null, right = null]) => is(compare(left, right)))),
);

const memberships: readonly CelFunction[] = [
  fn("@in", [t.param("A"), t.list(t.param("A"))], t.bool, ([value = null, list], meter) =>
    as.list(list).some((item) => areEqual(item, value, meter)),
  ),
  fn("@in", [t.param("A"), t.map(t.param("A"), t.param("B"))], t.bool, ([value = null, map]) => {
    const key: CelKey | undefined = keyOf(value);
    const held: CelMap = as.map(map);
    return key !== undefined && held.has(key);
  }),
];

export const operators: readonly CelFunction[] = [
  ...arithmetic,
  ...times,
  ...joins,
  ...orders,
  ...memberships,
];
