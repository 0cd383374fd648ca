/** Kubernetes quantities. */
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import { failure } from "../errors.ts";
import { as, asA, fn, method, type CelFunction } from "../functions.ts";
import { t } from "../types.ts";
import { CelOpaque, type CelValue } from "../values.ts";

const type = t.opaque("kubernetes.Quantity");
const one = 1_000_000_000n;

/** Billionths. */
const amountOf = (value: CelValue | undefined): bigint => asA(CelOpaque<bigint>, value).value;

const quantity = (billionths: bigint): CelOpaque => new CelOpaque("kubernetes.Quantity", billionths);

function read(text: string): bigint {
  const billionths = parseQuantity(text);
  if (billionths === undefined)
    throw failure(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  return billionths;
}

const sign = (value: bigint): bigint => (value > 0n ? 1n : value < 0n ? -1n : 0n);

function wholeOf(value: bigint): bigint {
  const whole = value / one;
  if (value % one !== 0n || BigInt.asIntN(64, whole) !== whole)
    throw failure("cannot convert value to integer");
  return whole;
}

const plus = (name: string, factor: bigint): readonly CelFunction[] => [
  method(type, name, [type], type, ([left, right]) => quantity(amountOf(left) + factor * amountOf(right))),
  method(type, name, [t.int], type, ([left, right]) =>
    quantity(amountOf(left) + factor * one * as.int(right)),
  ),
];

const comparing = (name: string, is: (order: bigint) => boolean): CelFunction =>
  method(type, name, [type], t.bool, ([left, right]) => is(amountOf(left) - amountOf(right)));

export const quantityFunctions: readonly CelFunction[] = [
  fn("quantity", [t.string], type, ([text]) => quantity(read(as.string(text)))),
  fn("isQuantity", [t.string], t.bool, ([text]) => parseQuantity(as.string(text)) !== undefined),
  method(type, "sign", [], t.int, ([value]) => sign(amountOf(value))),
  method(type, "isInteger", [], t.bool, ([value]) => {
    const amount = amountOf(value);
    return amount % one === 0n && BigInt.asIntN(64, amount / one) === amount / one;
  }),
  method(type, "asInteger", [], t.int, ([value]) => wholeOf(amountOf(value))),
  method(type, "asApproximateFloat", [], t.double, ([value]) => Number(amountOf(value)) / 1e9),
  ...plus("add", 1n),
  ...plus("sub", -1n),
  comparing("isLessThan", (order) => order < 0n),
  comparing("isGreaterThan", (order) => order > 0n),
  method(type, "compareTo", [type], t.int, ([left, right]) => sign(amountOf(left) - amountOf(right))),
];
