/** When two values are the same, and which comes first. Across types nothing is equal but numbers. Pure. */
import { noSuchOverload } from "./errors.ts";
import { charge, sizeCost, type Meter } from "./meter.ts";
import {
  CelDuration,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeName,
  CelUint,
  identityOf,
  isList,
  isMap,
  type CelKey,
  type CelList,
  type CelMap,
  type CelValue,
} from "./values.ts";

export function areEqual(left: CelValue, right: CelValue, meter: Meter): boolean {
  charge(meter, 1 + Math.min(sizeCost(left), sizeCost(right)));
  if (left === right) return true;
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right) === 0;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (isList(left)) return isList(right) && areListsEqual(left, right, meter);
  if (isMap(left)) return isMap(right) && areMapsEqual(left, right, meter);
  if (left instanceof CelOptional)
    return right instanceof CelOptional && areOptionalsEqual(left, right, meter);
  return areLeavesEqual(left, right);
}

function areLeavesEqual(left: object, right: object): boolean {
  if (left instanceof CelTimestamp) return right instanceof CelTimestamp && left.nanos === right.nanos;
  if (left instanceof CelDuration) return right instanceof CelDuration && left.nanos === right.nanos;
  if (left instanceof CelTypeName) return right instanceof CelTypeName && left.name === right.name;
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  if (left instanceof CelOpaque && right instanceof CelOpaque)
    return left.type === right.type && left.identity === right.identity;
  return false;
}

function areOptionalsEqual(
  { value: left }: CelOptional,
  { value: right }: CelOptional,
  meter: Meter,
): boolean {
  if (left === undefined || right === undefined) return left === right;
  return areEqual(left, right, meter);
}

function areListsEqual(left: CelList, right: CelList, meter: Meter): boolean {
  if (left.length !== right.length) return false;
  const identity = identityOf(left) ?? identityOf(right);
  if (identity === undefined) return left.every((item, at) => areEqual(item, right[at] ?? null, meter));
  // Sets and maps that are written as lists have no order.
  return left.every((item) => right.some((other) => areEqual(item, other, meter)));
}

function areMapsEqual(left: CelMap, right: CelMap, meter: Meter): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !areEqual(value, other, meter)) return false;
  }
  return true;
}

type CelNumber = bigint | number | CelUint;
export const isNumber = (value: CelValue): value is CelNumber =>
  typeof value === "bigint" || typeof value === "number" || value instanceof CelUint;

const plain = (value: CelNumber): bigint | number => (value instanceof CelUint ? value.value : value);

/** NaN when the two cannot be ordered. */
function compareNumbers(left: CelNumber, right: CelNumber): number {
  const [a, b] = [plain(left), plain(right)];
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : 0;
}

/** Negative when `left` comes first. NaN when neither does. Throws when the two have no order. */
export function compare(left: CelValue, right: CelValue): number {
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right);
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) return order(left.nanos, right.nanos);
  if (left instanceof CelDuration && right instanceof CelDuration) return order(left.nanos, right.nanos);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  throw noSuchOverload();
}

const order = (left: bigint, right: bigint): number => (left < right ? -1 : left > right ? 1 : 0);

/** By code points, as UTF-8 bytes would order them; JavaScript's `<` goes by UTF-16 units. */
function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** The key that a value names in a map, or undefined when no map can have it. */
export function keyOf(value: CelValue): CelKey | undefined {
  if (typeof value === "string" || typeof value === "bigint" || typeof value === "boolean") return value;
  if (value instanceof CelUint) return value.value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}
