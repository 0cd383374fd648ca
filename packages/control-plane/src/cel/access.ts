/** `a.b`, `a[b]`, and their optional forms `a.?b`, `a[?b]`. */
import { keyOf } from "./equality.ts";
import { compileError, failure, noSuchKey, noSuchOverload } from "./errors.ts";
import { charge } from "./meter.ts";
import type { Part, Scope } from "./scope.ts";
import { placeOf, type Node } from "./syntax.ts";
import { isAssignable, t, typeText, type CelType } from "./types.ts";
import { CelLazy, CelOpaque, CelOptional, CelUint, isList, isMap, type CelValue } from "./values.ts";

type Access = Extract<Node, { op: "." | ".?" | "[]" | "[?]" }>;

export function access(node: Access, scope: Scope): Part {
  const target = scope.understand(node.args[0], scope);
  const isOptional = node.op === ".?" || node.op === "[?]" || target.type.kind === "optional";
  const inner = target.type.kind === "optional" ? target.type.value : target.type;
  const { type, key } =
    node.op === "." || node.op === ".?"
      ? { type: fieldType(node, scope, inner, node.args[1]), key: constantKey(node.args[1]) }
      : indexed(node, scope, inner);
  return {
    type: isOptional ? t.optional(type) : type,
    evaluate: (run, frame) => {
      charge(run.meter, 1);
      const from = target.evaluate(run, frame);
      const at = key.evaluate(run, frame);
      if (!isOptional && !(from instanceof CelOptional)) return member(from, at);
      const held = from instanceof CelOptional ? from.value : from;
      return new CelOptional(held === undefined ? undefined : memberIfAny(held, at));
    },
  };
}

const constantKey = (name: string): Part => ({ type: t.string, evaluate: () => name });

/** The type of a field of a value of a type. Refuses what cannot be there. */
export function fieldType(node: Node, scope: Scope, type: CelType, name: string): CelType {
  const wrong = (message: string) => compileError(scope.source, Math.max(0, placeOf(node)), message);
  switch (type.kind) {
    case "dyn":
    case "param":
      return t.dyn;
    case "map":
      return type.value;
    case "object": {
      const field = type.field(name);
      if (field === undefined) throw wrong(`undefined field '${name}'`);
      return field.type;
    }
    default:
      throw wrong(`type '${typeText(type)}' does not support field selection`);
  }
}

function indexed(node: Access, scope: Scope, type: CelType): { readonly type: CelType; readonly key: Part } {
  const key = scope.understand(node.args[1] as Node, scope);
  if (type.kind === "dyn" || type.kind === "param") return { type: t.dyn, key };
  if (type.kind === "list" && isAssignable(t.int, key.type)) return { type: type.item, key };
  if (type.kind === "map" && isAssignable(type.key, key.type)) return { type: type.value, key };
  const types = `(${typeText(type)}, ${typeText(key.type)})`;
  throw compileError(
    scope.source,
    Math.max(0, placeOf(node)),
    `found no matching overload for '_[_]' applied to '${types}'`,
  );
}

/** What a value has under a key. Throws when there is nothing. */
export function member(from: CelValue, at: CelValue): CelValue {
  if (isMap(from)) {
    const key = keyOf(at);
    const found = key === undefined ? undefined : from.get(key);
    if (found === undefined) throw noSuchKey(key ?? "");
    return found;
  }
  if (isList(from)) return item(from, at);
  if (from instanceof CelLazy && typeof at === "string") {
    const found = from.get(at);
    if (found === undefined) throw noSuchKey(at);
    return found;
  }
  if (from instanceof CelOpaque) throw noSuchOverload();
  throw from === null ? noSuchKey(at instanceof CelUint ? at.value : at) : noSuchOverload();
}

function item(list: readonly CelValue[], at: CelValue): CelValue {
  const index = keyOf(at);
  if (typeof index !== "bigint") throw noSuchOverload();
  const found = index >= 0n && index < BigInt(list.length) ? list[Number(index)] : undefined;
  if (found === undefined) throw failure(`index out of bounds: ${index}`);
  return found;
}

/** What a value has under a key, or undefined. Throws when it can have nothing under any key. */
export function memberIfAny(from: CelValue, at: CelValue): CelValue | undefined {
  if (isMap(from)) {
    const key = keyOf(at);
    return key === undefined ? undefined : from.get(key);
  }
  if (isList(from)) {
    const index = keyOf(at);
    return typeof index === "bigint" && index >= 0n ? from[Number(index)] : undefined;
  }
  if (from instanceof CelLazy) return typeof at === "string" ? from.get(at) : undefined;
  if (from instanceof CelOptional) return from.value === undefined ? undefined : memberIfAny(from.value, at);
  throw noSuchOverload();
}
