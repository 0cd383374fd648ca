/** The fields that an applied configuration speaks of: what its manager wants to own. Pure. */
import { childShape } from "./compare.ts";
import { isLeaf, itself, leaf, noFields, type FieldSet } from "./field-set.ts";
import { isMap, itemsOf, type Members } from "./items.ts";
import { memberElement } from "./path-element.ts";
import type { KeyedList, Shape } from "./shape.ts";

export const fieldSetOf = (config: Members, shape: Shape): FieldSet => fieldsIn(config, shape) ?? noFields;

/** Undefined: nothing in it is owned. A map is owned by its members, an item of a list and a key of a map also itself. */
function fieldsIn(value: unknown, shape: Shape): FieldSet | undefined {
  if (shape.type === "value" || value === null) return leaf;
  if (shape.type === "list" || shape.type === "set")
    return Array.isArray(value) ? fieldsInList(value, shape) : leaf;
  if (isMap(value)) return fieldsInMap(value, shape);
  return leaf;
}

function fieldsInMap(map: Members, shape: Shape): FieldSet | undefined {
  const fields: Record<string, FieldSet> = {};
  for (const name of Object.keys(map)) {
    const below = fieldsIn(map[name], childShape(shape, name) ?? free);
    const isOwnedItself = shape.type !== "struct" || isEmptyMap(map[name]);
    const field = isOwnedItself ? owned(below) : below;
    if (field !== undefined) fields[memberElement(name)] = field;
  }
  return isLeaf(fields) ? undefined : fields;
}

const free: Shape = { type: "free" };

function fieldsInList(
  list: readonly unknown[],
  shape: KeyedList | Extract<Shape, { type: "set" }>,
): FieldSet | undefined {
  const fields: Record<string, FieldSet> = {};
  for (const [element, [item, ...more]] of itemsOf(list, shape)) {
    const below = shape.type === "list" && more.length === 0 ? fieldsIn(item, shape.items) : leaf;
    fields[element] = owned(below);
  }
  return isLeaf(fields) ? undefined : fields;
}

/** With the field itself. */
const owned = (below: FieldSet | undefined): FieldSet =>
  below === undefined || isLeaf(below) ? leaf : { [itself]: leaf, ...below };

const isEmptyMap = (value: unknown): boolean => isMap(value) && Object.keys(value).length === 0;

/**
 * The same set, where structs that have fields below them in it are in it themselves: to look at a struct as removed
 * when everything in it is.
 */
export function withStructs(set: FieldSet, shape: Shape): FieldSet {
  const all: Record<string, FieldSet> = {};
  for (const element of Object.keys(set)) {
    const branch = set[element] ?? leaf;
    const isField = element.startsWith("f:");
    const child = isField
      ? childShape(shape, element.slice(2))
      : shape.type === "list"
        ? shape.items
        : undefined;
    const deep = isLeaf(branch) ? branch : withStructs(branch, child ?? free);
    const isStructField = isField && shape.type === "struct" && child !== undefined;
    all[element] = isStructField && !isLeaf(deep) ? { [itself]: leaf, ...deep } : deep;
  }
  return all;
}
