/** Kubernetes' functions of lists. */
import { areEqual, compare } from "../equality.ts";
import { failure, noSuchOverload } from "../errors.ts";
import { as, method, type CelFunction } from "../functions.ts";
import { charge, type Meter } from "../meter.ts";
import { durationOf } from "../time.ts";
import { t } from "../types.ts";
import { CelDuration, CelUint, type CelList, type CelValue } from "../values.ts";
import { int, uint } from "./operators.ts";

const list = t.list(t.param("A"));

function isSorted(items: CelList): boolean {
  return items.every((item, at) => at === 0 || compare(items[at - 1] ?? null, item) <= 0);
}

/** The first (sign -1) or the last (sign 1) in order. */
function extreme(items: CelList, sign: 1 | -1): CelValue {
  const [first, ...rest] = items;
  if (first === undefined) throw failure(`${sign === 1 ? "max" : "min"} called on empty list`);
  return rest.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first);
}

function sum(items: CelList): CelValue {
  return items.reduce<CelValue>((total, item, at) => (at === 0 ? item : plus(total, item)), 0n);
}

function plus(left: CelValue, right: CelValue): CelValue {
  if (typeof left === "bigint" && typeof right === "bigint") return int(left + right);
  if (typeof left === "number" && typeof right === "number") return left + right;
  if (left instanceof CelUint && right instanceof CelUint) return uint(left.value + right.value);
  if (left instanceof CelDuration && right instanceof CelDuration) {
    const total = durationOf(left.nanos + right.nanos);
    if (total === undefined) throw failure("duration overflow");
    return total;
  }
  throw noSuchOverload();
}

const indexOf = (items: CelList, value: CelValue, meter: Meter): bigint =>
  BigInt(items.findIndex((item) => areEqual(item, value, meter)));

const lastIndexOf = (items: CelList, value: CelValue, meter: Meter): bigint =>
  BigInt(items.findLastIndex((item) => areEqual(item, value, meter)));

/** Goes through a list: costs one per member. */
const through =
  (of: (items: CelList, value: CelValue, meter: Meter) => CelValue): CelFunction["call"] =>
  ([items, value = null], meter) => {
    charge(meter, as.list(items).length);
    return of(as.list(items), value, meter);
  };

const A = t.param("A");

export const listFunctions: readonly CelFunction[] = [
  method(list, "isSorted", [], t.bool, through(isSorted)),
  method(
    list,
    "sum",
    [],
    A,
    through((items) => sum(items)),
  ),
  method(
    list,
    "min",
    [],
    A,
    through((items) => extreme(items, -1)),
  ),
  method(
    list,
    "max",
    [],
    A,
    through((items) => extreme(items, 1)),
  ),
  method(list, "indexOf", [A], t.int, through(indexOf)),
  method(list, "lastIndexOf", [A], t.int, through(lastIndexOf)),
];
