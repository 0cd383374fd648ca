/** What is written like a call but binds names or looks at how it is written: `has`, `all`, `map`, `cel.bind`, ... */
import { fieldType, memberIfAny } from "./access.ts";
import { keyOf } from "./equality.ts";
import { CelError, compileError, failure, noSuchOverload } from "./errors.ts";
import { charge, type Meter } from "./meter.ts";
import { withLocals, type Frame, type Part, type Scope } from "./scope.ts";
import { placeOf, type Node } from "./syntax.ts";
import { isAssignable, t, typeText, type CelType } from "./types.ts";
import {
  CelLazy,
  CelOptional,
  identified,
  identityOf,
  isList,
  isMap,
  type CelKey,
  type CelValue,
} from "./values.ts";

type Call = Extract<Node, { op: "call" | "rcall" }>;

/** Undefined when it is no macro. */
export function expandMacro(node: Call, scope: Scope): Part | undefined {
  if (node.op === "call") {
    const [name, args] = node.args;
    const [only] = args;
    return name === "has" && args.length === 1 && only !== undefined ? has(only, scope) : undefined;
  }
  const [name, receiver, args] = node.args;
  if (receiver.op === "id" && receiver.args === "cel" && name === "bind") return bind(args, scope, node);
  if ((name === "optMap" || name === "optFlatMap") && args.length === 2)
    return optionalMap(receiver, args, scope, name === "optFlatMap");
  const shape = comprehensions[name];
  const plan = shape?.[args.length];
  return plan === undefined ? undefined : comprehension(node, scope, plan);
}

const wrong = (scope: Scope, node: Node, message: string): CelError =>
  compileError(scope.source, Math.max(0, placeOf(node)), message);

function has(node: Node, scope: Scope): Part {
  if (node.op !== ".") throw wrong(scope, node, "invalid argument to has() macro");
  const [from, name] = node.args;
  const target = scope.understand(from, scope);
  fieldType(node, scope, target.type.kind === "optional" ? target.type.value : target.type, name);
  return {
    type: t.bool,
    evaluate: (run, frame) => {
      charge(run.meter, 1);
      return memberIfAny(target.evaluate(run, frame), name) !== undefined;
    },
  };
}

function nameIn(node: Node | undefined, scope: Scope): string {
  if (node?.op === "id") return node.args;
  throw compileError(scope.source, node?.start ?? 0, "argument must be a simple name");
}

function bind(args: readonly Node[], scope: Scope, node: Node): Part {
  const [nameNode, valueNode, bodyNode] = args;
  if (valueNode === undefined || bodyNode === undefined || args.length !== 3)
    throw wrong(scope, node, "cel.bind() takes a name, a value and an expression");
  const value = scope.understand(valueNode, scope);
  const inner = withLocals(scope, { name: nameIn(nameNode, scope), type: value.type });
  const body = inner.understand(bodyNode, inner);
  return {
    type: body.type,
    evaluate: (run, frame) => body.evaluate(run, { value: value.evaluate(run, frame), outer: frame }),
  };
}

function optionalMap(receiver: Node, args: readonly Node[], scope: Scope, isFlat: boolean): Part {
  const target = scope.understand(receiver, scope);
  const type = target.type.kind === "optional" ? target.type.value : t.dyn;
  const inner = withLocals(scope, { name: nameIn(args[0], scope), type });
  const body = inner.understand(args[1] as Node, inner);
  return {
    type: isFlat ? body.type : t.optional(body.type),
    evaluate: (run, frame) => {
      const held = target.evaluate(run, frame);
      if (!(held instanceof CelOptional)) throw noSuchOverload();
      if (held.value === undefined) return held;
      const made = body.evaluate(run, { value: held.value, outer: frame });
      return isFlat ? made : new CelOptional(made);
    },
  };
}

interface Plan {
  /** How many names it binds. */
  readonly names: 1 | 2;
  /** Whether an argument before the last says which members count. */
  readonly isFiltering: boolean;
  /** Whether the last argument must be a bool. */
  readonly asksBool: boolean;
  readonly typeOf: (range: CelType, body: CelType) => CelType;
  readonly collect: (range: CelValue, meter: Meter) => Collector;
}

/** Takes one member after another, and says what came of it. `take` returns false when it has seen enough. */
interface Collector {
  readonly take: (member: () => CelValue, key: CelValue, value: CelValue) => boolean;
  readonly done: () => CelValue;
}

const boolOf = (value: CelValue): boolean => {
  if (typeof value !== "boolean") throw noSuchOverload();
  return value;
};

/** `all` and `exists`: one decisive member is enough, whatever failed before it. */
const deciding = (decisive: boolean) => (): Collector => {
  let failed: CelError | undefined;
  let isDecided = false;
  return {
    take: (member) => {
      try {
        isDecided = boolOf(member()) === decisive;
      } catch (error) {
        if (!(error instanceof CelError) || error.kind === "cost") throw error;
        failed ??= error;
      }
      return !isDecided;
    },
    done: () => {
      if (!isDecided && failed !== undefined) throw failed;
      return isDecided === decisive;
    },
  };
};

const counting = (): Collector => {
  let count = 0;
  return {
    take: (member) => {
      if (boolOf(member())) count += 1;
      return true;
    },
    done: () => count === 1,
  };
};

const listing = (meter: Meter): Collector => {
  const made: CelValue[] = [];
  return {
    take: (member) => {
      charge(meter, 1);
      made.push(member());
      return true;
    },
    done: () => made,
  };
};

/** Keeps the members themselves; a set stays one. */
const keeping = (range: CelValue, meter: Meter): Collector => {
  const kept: CelValue[] = [];
  return {
    take: (member, key, value) => {
      charge(meter, 1);
      if (boolOf(member())) kept.push(isList(range) ? value : key);
      return true;
    },
    done: () => identified(kept, isList(range) ? identityOf(range) : undefined),
  };
};

const mapping =
  (isEntries: boolean) =>
  (_: CelValue, meter: Meter): Collector => {
    const made = new Map<CelKey, CelValue>();
    const put = (key: CelValue, value: CelValue) => {
      const name = keyOf(key);
      if (name === undefined) throw failure("unsupported key type");
      if (made.has(name)) throw failure(`insert failed: key ${String(name)} already exists`);
      made.set(name, value);
    };
    return {
      take: (member, key) => {
        charge(meter, 1);
        const value = member();
        if (!isEntries) put(key, value);
        else if (isMap(value)) for (const [name, item] of value) put(name, item);
        else throw noSuchOverload();
        return true;
      },
      done: () => made,
    };
  };

const decided = (names: 1 | 2, collect: Plan["collect"]): Plan => ({
  names,
  isFiltering: false,
  asksBool: true,
  typeOf: () => t.bool,
  collect,
});

const keyType = (range: CelType): CelType =>
  range.kind === "map" ? range.key : range.kind === "list" ? t.int : t.dyn;
const memberType = (range: CelType): CelType =>
  range.kind === "list" ? range.item : range.kind === "map" ? range.key : t.dyn;

const made = (names: 1 | 2, isFiltering: boolean): Plan => ({
  names,
  isFiltering,
  asksBool: false,
  typeOf: (_, body) => t.list(body),
  collect: (_, meter) => listing(meter),
});

const transformed = (isFiltering: boolean, isEntries: boolean): Plan => ({
  names: 2,
  isFiltering,
  asksBool: false,
  typeOf: (range, body) => (isEntries ? body : t.map(keyType(range), body)),
  collect: mapping(isEntries),
});

/** By name and number of arguments. */
const comprehensions: Readonly<Record<string, Readonly<Record<number, Plan>>>> = {
  all: { 2: decided(1, deciding(false)), 3: decided(2, deciding(false)) },
  exists: { 2: decided(1, deciding(true)), 3: decided(2, deciding(true)) },
  exists_one: { 2: decided(1, counting), 3: decided(2, counting) },
  existsOne: { 2: decided(1, counting), 3: decided(2, counting) },
  map: { 2: made(1, false), 3: made(1, true) },
  filter: {
    2: {
      names: 1,
      isFiltering: false,
      asksBool: true,
      typeOf: (range) => t.list(memberType(range)),
      collect: keeping,
    },
  },
  transformList: { 3: made(2, false), 4: made(2, true) },
  transformMap: { 3: transformed(false, false), 4: transformed(true, false) },
  transformMapEntry: { 3: transformed(false, true), 4: transformed(true, true) },
};

function comprehension(node: Call, scope: Scope, plan: Plan): Part {
  const [, receiver, args] = node.args as readonly [string, Node, readonly Node[]];
  const range = scope.understand(receiver, scope);
  if (!["list", "map", "dyn", "param"].includes(range.type.kind))
    throw wrong(
      scope,
      receiver,
      `expression of type '${typeText(range.type)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
  const names = args.slice(0, plan.names).map((arg) => nameIn(arg, scope));
  const valueType = range.type.kind === "map" ? range.type.value : memberType(range.type);
  const types = plan.names === 1 ? [memberType(range.type)] : [keyType(range.type), valueType];
  const inner = withLocals(scope, ...names.map((name, at) => ({ name, type: types[at] ?? t.dyn })));
  const parts = args.slice(plan.names).map((arg) => inner.understand(arg, inner));
  const body = parts.at(-1);
  const filter = plan.isFiltering ? parts[0] : undefined;
  for (const part of [filter, plan.asksBool ? body : undefined]) {
    if (part !== undefined && !isAssignable(t.bool, part.type))
      throw wrong(scope, node, `expected type 'bool' but found '${typeText(part.type)}'`);
  }
  if (body === undefined) throw wrong(scope, node, "invalid arguments");
  return { type: plan.typeOf(range.type, body.type), evaluate: looping(range, plan, filter, body) };
}

function looping(range: Part, plan: Plan, filter: Part | undefined, body: Part): Part["evaluate"] {
  return (run, frame) => {
    const over = range.evaluate(run, frame);
    const collector = plan.collect(over, run.meter);
    for (const [key, value] of membersOf(over)) {
      charge(run.meter, 1);
      const inner = frameOf(plan, over, key, value, frame);
      if (filter !== undefined && !boolOf(filter.evaluate(run, inner))) continue;
      if (!collector.take(() => body.evaluate(run, inner), key, value)) break;
    }
    return collector.done();
  };
}

function frameOf(
  { names }: Plan,
  over: CelValue,
  key: CelValue,
  value: CelValue,
  outer: Frame | undefined,
): Frame {
  if (names === 1) return { value: isList(over) ? value : key, outer };
  return { value, outer: { value: key, outer } };
}

function* membersOf(over: CelValue): Iterable<readonly [CelValue, CelValue]> {
  if (isList(over)) yield* over.map((item, at) => [BigInt(at), item] as const);
  else if (isMap(over)) yield* over;
  else throw over instanceof CelLazy ? failure("cannot be iterated") : noSuchOverload();
}
