/** Values that may be missing. */
import { failure } from "../errors.ts";
import { as, fn, method, type CelFunction } from "../functions.ts";
import { t } from "../types.ts";
import { CelDuration, CelOptional, CelUint, isList, isMap, type CelValue } from "../values.ts";

const A = t.param("A");
const optional = t.optional(A);

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === "" || value === 0n || value === 0) return true;
  if (isList(value) || value instanceof Uint8Array) return value.length === 0;
  if (isMap(value)) return value.size === 0;
  if (value instanceof CelUint) return value.value === 0n;
  return value instanceof CelDuration && value.nanos === 0n;
}

export const optionalFunctions: readonly CelFunction[] = [
  fn("optional.of", [A], optional, ([value]) => new CelOptional(value)),
  fn("optional.none", [], t.optional(t.dyn), () => new CelOptional(undefined)),
  fn(
    "optional.ofNonZeroValue",
    [A],
    optional,
    ([value = null]) => new CelOptional(isZero(value) ? undefined : value),
  ),
  method(optional, "hasValue", [], t.bool, ([held]) => as.optional(held).value !== undefined),
  method(optional, "value", [], A, ([held]) => {
    const { value } = as.optional(held);
    if (value === undefined) throw failure("optional.none() dereference");
    return value;
  }),
  method(optional, "orValue", [A], A, ([held, otherwise = null]) => as.optional(held).value ?? otherwise),
  method(optional, "or", [optional], optional, ([held, otherwise]) =>
    as.optional(held).value === undefined ? as.optional(otherwise) : as.optional(held),
  ),
];
