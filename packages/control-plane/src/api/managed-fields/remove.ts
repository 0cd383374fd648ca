/** An object without some of its fields. What holds nothing any more goes with them. Pure. */
import { childShape } from "./compare.ts";
import { below, isLeaf, isMember, type FieldSet } from "./field-set.ts";
import { elementOf, isMap, type Members } from "./items.ts";
import { memberElement } from "./path-element.ts";
import type { KeyedList, Shape } from "./shape.ts";

export const removeFields = (object: Members, fields: FieldSet, shape: Shape): Members =>
  isLeaf(fields) ? object : ((removed(object, fields, shape) ?? {}) as Members);

function removed(value: unknown, fields: FieldSet, shape: Shape): unknown {
  if (shape.type === "list" || shape.type === "set")
    return Array.isArray(value) ? removedFromList(value, fields, shape) : value;
  // A value that was once owned in parts is one now: none of them can go alone.
  if (shape.type === "value" || !isMap(value)) return value;
  const kept: (readonly [string, unknown])[] = [];
  for (const [name, member] of Object.entries(value)) {
    const rest = without(member, below(fields, memberElement(name)), childShape(shape, name) ?? free);
    if (rest !== undefined) kept.push([name, rest]);
  }
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function removedFromList(
  list: readonly unknown[],
  fields: FieldSet,
  shape: KeyedList | Extract<Shape, { type: "set" }>,
): readonly unknown[] | undefined {
  const items = shape.type === "list" ? shape.items : valueShape;
  const kept = list
    .map((item) => without(item, below(fields, elementOf(item, shape)), items))
    .filter((item) => item !== undefined);
  return kept.length === 0 ? undefined : kept;
}

/** `fields`: what goes of the value; undefined: nothing. */
function without(value: unknown, fields: FieldSet | undefined, shape: Shape): unknown {
  if (fields === undefined) return value;
  return isMember(fields) ? undefined : removed(value, fields, shape);
}

const free: Shape = { type: "free" };
const valueShape: Shape = { type: "value" };
