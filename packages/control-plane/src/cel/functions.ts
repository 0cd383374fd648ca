/** What a function of CEL is, and which of several of one name is meant. Pure. */
import { failure, noSuchOverload } from "./errors.ts";
import { charge, sizeCost, type Meter } from "./meter.ts";
import { filledIn, isAssignable, type Bindings, type CelType } from "./types.ts";
import { CelLazy, CelOpaque, CelOptional, isList, isMap, typeNameOf, type CelValue } from "./values.ts";

/** One way to call a name. Several overloads may share it; they differ in their types. */
export interface CelFunction {
  /** `size`, `sets.contains`, or an operator such as `_+_`. */
  readonly name: string;
  /** The type before the dot, for `x.name(...)`. It is the first of `call`'s arguments. */
  readonly receiver?: CelType;
  readonly args: readonly CelType[];
  readonly result: CelType;
  /** Throws a `CelError` when it fails for these values. What it costs beyond its arguments it charges itself. */
  readonly call: (args: readonly CelValue[], meter: Meter) => CelValue;
}

export interface Resolved {
  readonly result: CelType;
  readonly run: (args: readonly CelValue[], meter: Meter) => CelValue;
}

const paramsOf = ({ receiver, args }: CelFunction): readonly CelType[] =>
  receiver === undefined ? args : [receiver, ...args];

/** The overloads that may be meant, as one; undefined when none fits. */
export function resolve(candidates: readonly CelFunction[], given: readonly CelType[]): Resolved | undefined {
  const fitting = candidates.flatMap((candidate) => {
    const params = paramsOf(candidate);
    const bindings: Bindings = new Map();
    const fits =
      params.length === given.length &&
      params.every((param, at) => isAssignable(param, given[at] ?? param, bindings));
    return fits ? [{ candidate, result: filledIn(candidate.result, bindings) }] : [];
  });
  const [first] = fitting;
  if (first === undefined) return undefined;
  const results = fitting.map(({ result }) => result);
  return {
    result: results.every((result) => isSame(result, first.result)) ? first.result : { kind: "dyn" },
    run: (args, meter) => {
      charge(meter, 1 + args.reduce<number>((sum, arg) => sum + sizeCost(arg), 0));
      const chosen = fitting.find(({ candidate }) =>
        paramsOf(candidate).every((param, at) => accepts(param, args[at] ?? null)),
      );
      if (chosen === undefined) throw noSuchOverload();
      const made = chosen.candidate.call(args, meter);
      charge(meter, sizeCost(made));
      return made;
    },
  };
}

const isSame = (left: CelType, right: CelType): boolean =>
  isAssignable(left, right) && isAssignable(right, left);

const runtimeNames: Readonly<Partial<Record<CelType["kind"], string>>> = {
  null: "null_type",
  timestamp: "google.protobuf.Timestamp",
  duration: "google.protobuf.Duration",
};

/** Whether a value is of a type, as far as can be told without looking into lists and maps. */
function accepts(type: CelType, value: CelValue): boolean {
  switch (type.kind) {
    case "dyn":
    case "param":
      return true;
    case "list":
      return isList(value);
    case "map":
    case "object":
      return isMap(value) || value instanceof CelLazy;
    case "optional":
      return value instanceof CelOptional;
    case "opaque":
      return value instanceof CelOpaque && value.type === type.name;
    default:
      return typeNameOf(value) === (runtimeNames[type.kind] ?? type.kind);
  }
}

type Shown<Result> = (value: CelValue | undefined) => Result;

const asked =
  <Result>(what: string, is: (value: CelValue) => Result | undefined): Shown<Result> =>
  (value = null) => {
    const result = is(value);
    if (result === undefined) throw failure(`no such overload: expected ${what}, found ${typeNameOf(value)}`);
    return result;
  };

/** Arguments as what they were declared to be. */
export const as = {
  string: asked("string", (value) => (typeof value === "string" ? value : undefined)),
  int: asked("int", (value) => (typeof value === "bigint" ? value : undefined)),
  double: asked("double", (value) => (typeof value === "number" ? value : undefined)),
  bool: asked("bool", (value) => (typeof value === "boolean" ? value : undefined)),
  list: asked("list", (value) => (isList(value) ? value : undefined)),
  map: asked("map", (value) => (isMap(value) ? value : undefined)),
  optional: asked("optional", (value) => (value instanceof CelOptional ? value : undefined)),
} as const;

/** A value of a class, such as an opaque one. */
export function asA<T>(Class: abstract new (...args: never[]) => T, value: CelValue | undefined): T {
  if (value instanceof Class) return value;
  throw noSuchOverload();
}

/** `f(a, b)`. */
export const fn = (
  name: string,
  args: readonly CelType[],
  result: CelType,
  call: CelFunction["call"],
): CelFunction => ({ name, args, result, call });

/** `receiver.f(a)`. */
export const method = (
  receiver: CelType,
  name: string,
  args: readonly CelType[],
  result: CelType,
  call: CelFunction["call"],
): CelFunction => ({ name, receiver, args, result, call });
