/**
 * An expression, checked and made ready to run in one pass: every part becomes its type and a closure.
 *
 * What cannot be right for any value is refused here; what depends on values fails when it is evaluated.
 */
import { areEqual, keyOf } from "./equality.ts";
import { CelError, compileError, failure, noSuchOverload } from "./errors.ts";
import { resolve, type Resolved } from "./functions.ts";
import { expandMacro } from "./macros.ts";
import { charge } from "./meter.ts";
import { access as accessOf } from "./access.ts";
import type { Evaluate, Part, Scope } from "./scope.ts";
import { placeOf, type Node } from "./syntax.ts";
import { isAssignable, joined, t, typeText, type CelType } from "./types.ts";
import { CelTypeName, CelUint, type CelKey, type CelValue } from "./values.ts";

type NodeOf<Op extends Node["op"]> = Extract<Node, { op: Op }>;

export const refuse = (scope: Scope, node: Node, message: string): CelError =>
  compileError(scope.source, Math.max(0, placeOf(node)), message);

export function understand(node: Node, scope: Scope): Part {
  switch (node.op) {
    case "value":
      return literal(node);
    case "id":
      return identifier(node, scope);
    case ".":
    case ".?":
    case "[]":
    case "[?]":
      return accessOf(node, scope);
    case "call":
    case "rcall":
      return expandMacro(node, scope) ?? call(node, scope);
    case "list":
      return list(node, scope);
    case "map":
      return map(node, scope);
    case "?:":
      return ternary(node, scope);
    case "||":
    case "&&":
      return logical(node, scope);
    case "!_":
    case "-_":
      return applied(node, scope, node.op === "!_" ? "!_" : "-_", [node.args]);
    case "==":
    case "!=":
      return equality(node, scope);
    case "in":
      return applied(node, scope, "@in", node.args);
    default:
      return applied(node, scope, `_${node.op}_`, node.args);
  }
}

function literal({ args }: NodeOf<"value">): Part {
  const value = constant(args);
  return { type: typeOfConstant(value), evaluate: () => value };
}

/** The library has a class of its own for what is unsigned. */
function constant(value: NodeOf<"value">["args"]): CelValue {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "bigint" || typeof value === "number" || value instanceof Uint8Array) return value;
  return new CelUint(value.valueOf());
}

function typeOfConstant(value: CelValue): CelType {
  if (value === null) return t.null;
  if (typeof value === "boolean") return t.bool;
  if (typeof value === "string") return t.string;
  if (typeof value === "bigint") return t.int;
  if (typeof value === "number") return t.double;
  return value instanceof CelUint ? t.uint : t.bytes;
}

const typeNames: ReadonlySet<string> = new Set(
  "bool int uint double string bytes list map null_type type".split(" "),
);

function identifier(node: NodeOf<"id">, scope: Scope): Part {
  const name = node.args;
  const at = scope.locals.findLastIndex((local) => local.name === name);
  const local = scope.locals[at];
  if (local !== undefined) return { type: local.type, evaluate: localValue(scope.locals.length - 1 - at) };
  const type = Object.hasOwn(scope.variables, name) ? scope.variables[name] : undefined;
  if (type !== undefined)
    return {
      type,
      evaluate: ({ variable, meter }) => {
        charge(meter, 1);
        return variable(name);
      },
    };
  if (typeNames.has(name)) return { type: t.type, evaluate: () => new CelTypeName(name) };
  throw refuse(scope, node, `undeclared reference to '${name}' (in container '')`);
}

function localValue(depth: number): Evaluate {
  return ({ meter }, frame) => {
    charge(meter, 1);
    let found = frame;
    for (let left = depth; left > 0; left--) found = found?.outer;
    if (found === undefined) throw failure("no such attribute");
    return found.value;
  };
}

/** The dotted name that a node spells, unless it begins with a variable. */
export function qualifiedName(node: Node, scope: Scope): string | undefined {
  if (node.op === "id") {
    const isVariable =
      scope.locals.some(({ name }) => name === node.args) || Object.hasOwn(scope.variables, node.args);
    return isVariable ? undefined : node.args;
  }
  if (node.op !== ".") return undefined;
  const left = qualifiedName(node.args[0], scope);
  return left === undefined ? undefined : `${left}.${node.args[1]}`;
}

function call(node: NodeOf<"call" | "rcall">, scope: Scope): Part {
  if (node.op === "call") {
    const [name, args] = node.args;
    if (scope.functions(name, false).length > 0) return applied(node, scope, name, args);
    throw refuse(scope, node, `undeclared reference to '${name}' (in container '')`);
  }
  const [name, receiver, args] = node.args;
  const space = qualifiedName(receiver, scope);
  const qualified = space === undefined ? undefined : `${space}.${name}`;
  if (qualified !== undefined && scope.functions(qualified, false).length > 0)
    return applied(node, scope, qualified, args);
  const candidates = scope.functions(name, true);
  if (candidates.length === 0)
    throw refuse(scope, node, `undeclared reference to '${name}' (in container '')`);
  const parts = [receiver, ...args].map((arg) => scope.understand(arg, scope));
  const types = parts.map(({ type }) => type);
  const resolved = resolve(candidates, types);
  if (resolved !== undefined) return applying(resolved, parts);
  const given = `${typeText(types[0] ?? t.dyn)}.(${types.slice(1).map(typeText).join(", ")})`;
  throw refuse(scope, node, `found no matching overload for '${name}' applied to '${given}'`);
}

function applied(node: Node, scope: Scope, name: string, args: readonly Node[]): Part {
  const parts = args.map((arg) => scope.understand(arg, scope));
  const resolved = resolve(
    scope.functions(name, false),
    parts.map(({ type }) => type),
  );
  if (resolved === undefined) throw noOverload(scope, node, name, parts);
  return applying(resolved, parts);
}

const noOverload = (scope: Scope, node: Node, name: string, parts: readonly Part[]): CelError =>
  refuse(
    scope,
    node,
    `found no matching overload for '${name}' applied to '(${parts.map(({ type }) => typeText(type)).join(", ")})'`,
  );

const applying = ({ result, run: apply }: Resolved, parts: readonly Part[]): Part => ({
  type: result,
  evaluate: (run, frame) =>
    apply(
      parts.map(({ evaluate }) => evaluate(run, frame)),
      run.meter,
    ),
});

function equality(node: NodeOf<"==" | "!=">, scope: Scope): Part {
  const [left, right] = [scope.understand(node.args[0], scope), scope.understand(node.args[1], scope)];
  if (!isAssignable(left.type, right.type) && !isAssignable(right.type, left.type))
    throw noOverload(scope, node, `_${node.op}_`, [left, right]);
  const isWanted = node.op === "==";
  return {
    type: t.bool,
    evaluate: (run, frame) =>
      areEqual(left.evaluate(run, frame), right.evaluate(run, frame), run.meter) === isWanted,
  };
}

function ternary(node: NodeOf<"?:">, scope: Scope): Part {
  const [condition, yes, no] = node.args.map((arg) => scope.understand(arg, scope)) as [Part, Part, Part];
  const fits = isAssignable(yes.type, no.type) || isAssignable(no.type, yes.type);
  if (!isAssignable(t.bool, condition.type) || !fits)
    throw noOverload(scope, node, "_?_:_", [condition, yes, no]);
  return {
    type: joined(yes.type, no.type),
    evaluate: (run, frame) => {
      charge(run.meter, 1);
      return condition.evaluate(run, frame) === true ? yes.evaluate(run, frame) : no.evaluate(run, frame);
    },
  };
}

/** Either side decides alone, also when the other one fails. */
function logical(node: NodeOf<"||" | "&&">, scope: Scope): Part {
  const [left, right] = [scope.understand(node.args[0], scope), scope.understand(node.args[1], scope)];
  if (!isAssignable(t.bool, left.type) || !isAssignable(t.bool, right.type))
    throw noOverload(scope, node, `_${node.op}_`, [left, right]);
  const decisive = node.op === "||";
  const side = ({ evaluate }: Part): Evaluate => {
    return (run, frame) => {
      const value = evaluate(run, frame);
      if (typeof value !== "boolean") throw noSuchOverload();
      return value;
    };
  };
  const [first, second] = [side(left), side(right)];
  return {
    type: t.bool,
    evaluate: (run, frame) => {
      charge(run.meter, 1);
      try {
        if (first(run, frame) === decisive) return decisive;
      } catch (error) {
        if (!(error instanceof CelError) || error.kind === "cost") throw error;
        if (second(run, frame) === decisive) return decisive;
        throw error;
      }
      return second(run, frame);
    },
  };
}

/** The type that all members have in common. */
const common = (parts: readonly Part[]): CelType =>
  parts
    .map(({ type }) => type)
    .reduce<CelType | undefined>((all, type) => (all === undefined ? type : joined(all, type)), undefined) ??
  t.param("E");

function list(node: NodeOf<"list">, scope: Scope): Part {
  const parts = node.args.map((arg) => scope.understand(arg, scope));
  return {
    type: t.list(common(parts)),
    evaluate: (run, frame) => {
      charge(run.meter, 10 + parts.length);
      return parts.map(({ evaluate }) => evaluate(run, frame));
    },
  };
}

function map(node: NodeOf<"map">, scope: Scope): Part {
  const entries = node.args.map(
    ([key, value]) => [scope.understand(key, scope), scope.understand(value, scope)] as const,
  );
  return {
    type: t.map(common(entries.map(([key]) => key)), common(entries.map(([, value]) => value))),
    evaluate: (run, frame) => {
      charge(run.meter, 30 + entries.length);
      const made = new Map<CelKey, CelValue>();
      for (const [keyPart, valuePart] of entries) {
        const key = keyOf(keyPart.evaluate(run, frame));
        if (key === undefined) throw failure("unsupported key type");
        if (made.has(key)) throw failure(`Failed with repeated key: ${String(key)}`);
        made.set(key, valuePart.evaluate(run, frame));
      }
      return made;
    },
  };
}
