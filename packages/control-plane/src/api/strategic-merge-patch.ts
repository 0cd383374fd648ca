/**
 * Kubernetes' strategic merge patch: as a merge patch, but lists with a merge key are merged item by item.
 *
 * Directives: `$patch` (delete, replace, merge), `$setElementOrder/<list>`, `$deleteFromPrimitiveList/<list>`,
 * `$retainKeys`. Which lists merge, and by what, stands in the schema. Pure; refuses with `badRequest`.
 */
import { typeNamed, type FieldSchema, type TypeLookup } from "../schema/schema.ts";
import { actionOf, cleaned, deletionPrefix, isDirective, listDirective, orderPrefix } from "./directives.ts";
import { goText } from "./go-text.ts";
import { isObject } from "./merge-patch.ts";
import { checkOrder, inOrder, keysOf } from "./merge-order.ts";
import { badRequest } from "./refusals.ts";

type Members = Readonly<Record<string, unknown>>;

/** `schema`: the name of the type of `target`; undefined where there is none, such as inside maps. */
export function applyStrategicMergePatch(
  target: unknown,
  patch: Members,
  schema: string | undefined,
  types: TypeLookup = typeNamed,
): unknown {
  const action = actionOf(patch);
  if (action === "delete") return {};
  if (action === "replace") return withoutMarker(patch);
  const merged = new Map(Object.entries(retained(isObject(target) ? target : {}, patch)));
  for (const name of changedFields(patch)) {
    const field = fieldOf(types, schema, name);
    const next = nextField({ before: merged.get(name), field, patch, name, types });
    if (next === undefined) merged.delete(name);
    else merged.set(name, next);
  }
  return Object.fromEntries(merged);
}

interface FieldChange {
  readonly before: unknown;
  readonly field: FieldSchema | undefined;
  /** The object that the change stands in: directives about a list stand beside it. */
  readonly patch: Members;
  readonly name: string;
  readonly types: TypeLookup;
}

/** Undefined: the field goes, or stays away. */
function nextField(change: FieldChange): unknown {
  const { before, field, patch, name, types } = change;
  const value = Object.hasOwn(patch, name) ? patch[name] : undefined;
  if (value === null) return undefined;
  if (Array.isArray(before) && (value === undefined || Array.isArray(value))) return nextList(change, before);
  if (value === undefined) return before;
  if (!isObject(before) || !isObject(value)) return cleaned(value);
  return strategiesOf(field).includes("replace")
    ? withoutMarker(value)
    : applyStrategicMergePatch(before, value, field?.$ref, types);
}

function nextList({ field, patch, name, types }: FieldChange, before: readonly unknown[]): unknown {
  const order = listDirective(patch, `${orderPrefix}${name}`);
  const removed = listDirective(patch, `${deletionPrefix}${name}`) ?? [];
  const changes = listDirective(patch, name);
  if (!strategiesOf(field).includes("merge")) return changes ?? before;
  const key = field?.["x-kubernetes-patch-merge-key"];
  if (order !== undefined) checkOrder(changes ?? [], order, key);
  const kept = removed.length === 0 ? before : before.filter((item) => !removed.includes(item));
  if (changes === undefined) return order === undefined ? kept : inOrder(kept, { order, live: before, key });
  const merged =
    key === undefined
      ? [...new Set([...kept, ...changes])]
      : mergeItems({ before: kept, changes, key, item: field?.items?.$ref, types });
  return inOrder(merged, { order: order ?? changes, live: before, key });
}

interface ItemChanges {
  readonly before: readonly unknown[];
  readonly changes: readonly unknown[];
  readonly key: string;
  /** The type of the items. */
  readonly item: string | undefined;
  readonly types: TypeLookup;
}

function mergeItems({ before, changes, key, item, types }: ItemChanges): readonly unknown[] {
  const items = changes.map((change) => checkedItem(change, key));
  const plain = items.filter((change) => actionOf(change) === undefined);
  if (items.some((change) => actionOf(change) === "replace")) return plain;
  const gone = new Set(items.filter((change) => actionOf(change) === "delete").map((change) => change[key]));
  const merged = before.filter((value) => !(isObject(value) && gone.has(value[key])));
  // Two items may share a key (a port for TCP and for UDP): the first of them is meant.
  const places = new Map(
    keysOf(merged, key)
      .map((value, i) => [value, i] as const)
      .reverse(),
  );
  for (const change of plain) {
    const place = places.get(change[key]) ?? merged.length;
    const isNew = place === merged.length;
    places.set(change[key], place);
    merged[place] = isNew ? cleaned(change) : applyStrategicMergePatch(merged[place], change, item, types);
  }
  return merged;
}

/** An item that says which one it is, unless it is there to replace all of them. */
function checkedItem(change: unknown, key: string): Members {
  if (!isObject(change)) throw badRequest(`list element types are not identical: ${goText([change])}`);
  const action = actionOf(change);
  if (action === "merge") throw badRequest("merging lists cannot yet be specified in the patch");
  if (change[key] === undefined && action !== "replace")
    throw badRequest(`map: ${goText(change)} does not contain declared merge key: ${key}`);
  return change;
}

/** With `$retainKeys`, members that are not named there go; a patch may not say more than it retains. */
function retained(before: Members, patch: Members): Members {
  const keys = listDirective(patch, "$retainKeys");
  if (keys === undefined) return before;
  const isForgotten = ([name, value]: readonly [string, unknown]) =>
    value !== null && !isDirective(name) && !keys.includes(name);
  if (Object.entries(patch).some(isForgotten)) throw badRequest("invalid patch format of retainKeys");
  return Object.fromEntries(Object.entries(before).filter(([name]) => keys.includes(name)));
}

/** The fields that a patch changes: those it holds, and the lists that it only orders or shortens. */
function changedFields(patch: Members): readonly string[] {
  const names = Object.keys(patch).flatMap((name) => {
    const directive = [orderPrefix, deletionPrefix].find((prefix) => name.startsWith(prefix));
    if (directive !== undefined) return [name.slice(directive.length)];
    return isDirective(name) ? [] : [name];
  });
  return [...new Set(names)];
}

const withoutMarker = (patch: Members): Members =>
  Object.fromEntries(Object.entries(patch).filter(([name, value]) => name !== "$patch" && value !== null));

const strategiesOf = (field: FieldSchema | undefined): readonly string[] =>
  (field?.["x-kubernetes-patch-strategy"] ?? "").split(",");

const fieldOf = (types: TypeLookup, schema: string | undefined, name: string): FieldSchema | undefined => {
  const { properties = {} } = (schema === undefined ? undefined : types(schema)) ?? {};
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
};
