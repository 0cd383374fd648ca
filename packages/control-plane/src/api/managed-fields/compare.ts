/**
 * What differs between two objects of one type, field by field. Pure.
 *
 * Parts that are the same value in memory are not looked into: a change of a status costs nothing for the spec.
 */
import { isSame } from "../same.ts";
import { itemsOf, isMap, type Member, type Members } from "./items.ts";
import { leaf, itself, noFields, type FieldSet } from "./field-set.ts";
import { memberElement } from "./path-element.ts";
import type { Shape, Struct } from "./shape.ts";

export interface Comparison {
  /** Fields that are new or have another value. */
  readonly changed: FieldSet;
  /** Fields that are there no more. */
  readonly removed: FieldSet;
}

interface Difference {
  readonly changed?: FieldSet | undefined;
  readonly removed?: FieldSet | undefined;
}

/** Fields of the server, which nobody owns. They are not compared. */
const serverFields: ReadonlySet<string> = new Set(["apiVersion", "kind"]);
const serverMetadata: ReadonlySet<string> = new Set([
  "name",
  "namespace",
  "creationTimestamp",
  "selfLink",
  "uid",
  "generation",
  "managedFields",
  "resourceVersion",
]);

/** `ignored`: members of the object that this write cannot change. */
export function compareObjects(
  before: Members | undefined,
  after: Members,
  shape: Shape,
  ignored: ReadonlySet<string> = new Set(),
): Comparison {
  const parts: Parts = {};
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  for (const name of names) {
    if (serverFields.has(name) || ignored.has(name)) continue;
    const field = childShape(shape, name) ?? unknown;
    const [was, is] = [before?.[name], after[name]];
    // Most writes change one member; to see that the others are the same needs no shape.
    if (isSame(was, is)) continue;
    add(
      parts,
      memberElement(name),
      name === "metadata" ? compareMetadata(was, is, field) : compare(was, is, field),
    );
  }
  const { changed = noFields, removed = noFields } = parts;
  return { changed, removed };
}

const unknown: Shape = { type: "free" };

function compareMetadata(was: unknown, is: unknown, shape: Shape): Difference {
  const [before, after] = [isMap(was) ? was : {}, isMap(is) ? is : {}];
  const parts: Parts = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (serverMetadata.has(name)) continue;
    add(parts, memberElement(name), compare(before[name], after[name], childShape(shape, name) ?? unknown));
  }
  return parts;
}

const same: Difference = {};

function compare(was: unknown, is: unknown, shape: Shape): Difference {
  if (was === is || (was === undefined && is === undefined)) return same;
  switch (shape.type) {
    case "value":
      return compareValues(was, is);
    case "free":
      return isMapLike(was) && isMapLike(is) ? compareMaps(was, is, shape) : compareFree(was, is);
    case "struct":
    case "map":
      return isMapLike(was) && isMapLike(is) ? compareMaps(was, is, shape) : compareValues(was, is);
    case "list":
    case "set":
      return isListLike(was) && isListLike(is) ? compareLists(was, is, shape) : compareValues(was, is);
  }
}

const isMapLike = (value: unknown): value is Members | undefined => value === undefined || isMap(value);
const isListLike = (value: unknown): value is readonly unknown[] | undefined =>
  value === undefined || Array.isArray(value);

function compareValues(was: unknown, is: unknown): Difference {
  if (is === undefined) return { removed: leaf };
  return was !== undefined && isSame(was, is) ? same : { changed: leaf };
}

/** A map that became something else, or the other way round: all of the map is gone or new. */
function compareFree(was: unknown, is: unknown): Difference {
  if (!isMap(was) && !isMap(is)) return compareValues(was, is);
  const gone = isMap(was) ? compare(was, undefined, unknown).removed : undefined;
  const come = isMap(is) ? compare(undefined, is, unknown).changed : leaf;
  return { changed: come, removed: gone };
}

type MapShape = Extract<Shape, { type: "struct" | "map" | "free" }>;

function compareMaps(was: Members | undefined, is: Members | undefined, shape: MapShape): Difference {
  if (isNothing(was) && isNothing(is)) return compareValues(was, is);
  const parts: Parts = {};
  for (const name of Object.keys(was ?? {}))
    add(parts, memberElement(name), compare(was?.[name], is?.[name], childShape(shape, name) ?? unknown));
  for (const name of Object.keys(is ?? {})) {
    if (was !== undefined && Object.hasOwn(was, name)) continue;
    add(parts, memberElement(name), compare(undefined, is?.[name], childShape(shape, name) ?? unknown));
  }
  return differenceOf(parts, was, is);
}

const isNothing = (value: Members | undefined): boolean =>
  value === undefined || Object.keys(value).length === 0;

function compareLists(
  was: readonly unknown[] | undefined,
  is: readonly unknown[] | undefined,
  shape: Extract<Shape, { type: "list" | "set" }>,
): Difference {
  if ((was ?? []).length === 0 && (is ?? []).length === 0) return compareValues(was, is);
  const [before, after] = [itemsOf(was ?? [], shape), itemsOf(is ?? [], shape)];
  const parts: Parts = {};
  for (const [element, item] of before) add(parts, element, compareItems(item, after.get(element), shape));
  for (const [element, item] of after)
    if (!before.has(element)) add(parts, element, compareItems(undefined, item, shape));
  return differenceOf(parts, was, is);
}

/** Items that share their keys are one value. */
function compareItems(
  was: Member | undefined,
  is: Member | undefined,
  shape: Extract<Shape, { type: "list" | "set" }>,
): Difference {
  if ((was?.length ?? 0) > 1 || (is?.length ?? 0) > 1) return compareValues(was, is);
  return compare(was?.[0], is?.[0], shape.type === "list" ? shape.items : value);
}

const value: Shape = { type: "value" };

export function childShape(shape: Shape, name: string): Shape | undefined {
  if (shape.type === "struct") return shape.field(name);
  return shape.type === "map" ? shape.values : shape.type === "free" ? shape : undefined;
}

/** What differs below one field, while it is collected. */
interface Parts {
  changed?: Record<string, FieldSet>;
  removed?: Record<string, FieldSet>;
}

function add(parts: Parts, element: string, { changed, removed }: Difference): void {
  if (changed !== undefined) (parts.changed ??= {})[element] = changed;
  if (removed !== undefined) (parts.removed ??= {})[element] = removed;
}

/** A field that is new or gone is so itself, not only what is below it. */
function differenceOf({ changed, removed }: Parts, was: unknown, is: unknown): Difference {
  return {
    changed: was === undefined ? { [itself]: leaf, ...changed } : changed,
    removed: is === undefined ? { [itself]: leaf, ...removed } : removed,
  };
}

/** What an object of a type holds before anybody wrote it. */
export function skeletonOf(shape: Shape): Members {
  if (shape.type !== "struct") return {};
  return Object.fromEntries(shape.skeleton.flatMap((name) => skeletonMember(shape, name)));
}

function skeletonMember(shape: Struct, name: string): readonly (readonly [string, unknown])[] {
  const field = shape.field(name);
  if (field?.type === "struct") return [[name, skeletonOf(field)]];
  return field?.type === "list" ? [[name, []]] : [];
}
