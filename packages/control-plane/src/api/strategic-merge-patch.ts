/**
 * Kubernetes' strategic merge patch: as a merge patch, but lists with a merge key are merged item by item.
 *
 * Directives: `$patch` (delete, replace, merge), `$setElementOrder/<list>`, `$deleteFromPrimitiveList/<list>`,
 * `$retainKeys`. Which lists merge, and by what, stands in the schema. Pure.
 */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { typeNamed, type FieldSchema } from "../schema/schema.ts";
import { isObject } from "./merge-patch.ts";

type Members = Readonly<Record<string, unknown>>;

const orderPrefix = "$setElementOrder/";
const deletionPrefix = "$deleteFromPrimitiveList/";
const actions = ["delete", "replace", "merge"];

/** `schema`: the name of the type of `target`; undefined where there is none, such as inside maps. */
export function applyStrategicMergePatch(
  target: unknown,
  patch: Members,
  schema: string | undefined,
): unknown {
  const before: Members = isObject(target) ? target : {};
  const action = actionOf(patch);
  const changes = withoutDirectives(patch);
  if (action === "replace") return changes;
  if (action === "delete") return {};
  const merged = new Map(Object.entries(retained(before, patch)));
  for (const name of changedFields(patch)) {
    const field = fieldOf(schema, name);
    const change = patch[name];
    const next =
      change === null ? undefined : mergeField({ before: before[name], change, field, patch, name });
    if (next === undefined) merged.delete(name);
    else merged.set(name, next);
  }
  return Object.fromEntries(merged);
}

interface FieldChange {
  readonly before: unknown;
  /** Undefined when only a directive about the list is there. */
  readonly change: unknown;
  readonly field: FieldSchema | undefined;
  /** The object that the change stands in: directives about a list stand beside it. */
  readonly patch: Members;
  readonly name: string;
}

function mergeField({ before, change, field, patch, name }: FieldChange): unknown {
  const strategy = (field?.["x-kubernetes-patch-strategy"] ?? "").split(",");
  const order = listDirective(patch, `${orderPrefix}${name}`);
  const removed = listDirective(patch, `${deletionPrefix}${name}`);
  // Only a directive about a list that is not there.
  if (change === undefined && before === undefined) return undefined;
  if (change !== undefined && !Array.isArray(change) && !isObject(change)) return change;
  if (isObject(change)) {
    return strategy.includes("replace")
      ? withoutDirectives(change)
      : applyStrategicMergePatch(before, change, field?.$ref);
  }
  if (!strategy.includes("merge")) return change ?? before;
  const mergeKey = field?.["x-kubernetes-patch-merge-key"];
  const list = { before: Array.isArray(before) ? (before as unknown[]) : [], changes: change ?? [], order };
  return mergeKey === undefined
    ? mergePrimitives({ ...list, removed })
    : mergeObjects({ ...list, mergeKey, item: field?.items?.$ref });
}

interface ListChange {
  readonly before: readonly unknown[];
  readonly changes: readonly unknown[];
  /** The order of the result, as far as the client knows its items. */
  readonly order: readonly unknown[] | undefined;
}

const itself = (value: unknown): unknown => value;

function mergePrimitives({
  before,
  changes,
  order,
  removed = [],
}: ListChange & { readonly removed: readonly unknown[] | undefined }) {
  const gone = new Set(removed);
  const merged = [...new Set([...before.filter((value) => !gone.has(value)), ...changes])];
  return order === undefined ? merged : inOrder(merged, { order, keyOf: itself, known: new Set(before) });
}

function mergeObjects({
  before,
  changes,
  order,
  mergeKey,
  item,
}: ListChange & { readonly mergeKey: string; readonly item: string | undefined }): readonly unknown[] {
  const keyOf = (value: unknown): unknown => (isObject(value) ? value[mergeKey] : undefined);
  const checked = changes.map((change) => checkedItem(change, mergeKey));
  if (checked.some((change) => actionOf(change) === "replace" && keyOf(change) === undefined)) {
    return checked.filter((change) => keyOf(change) !== undefined).map(withoutDirectives);
  }
  // Two items may share a key (a port for TCP and for UDP): the first of them is meant.
  const placeOf = new Map(before.map((value, i) => [keyOf(value), i] as const).reverse());
  const merged: unknown[] = [...before];
  const gone = new Set<unknown>();
  for (const change of checked) {
    const key = keyOf(change);
    if (actionOf(change) === "delete") {
      gone.add(key);
      continue;
    }
    const place = placeOf.get(key) ?? merged.length;
    placeOf.set(key, place);
    merged[place] = applyStrategicMergePatch(merged[place], change, item);
  }
  const kept = merged.filter((value) => !gone.has(keyOf(value)));
  return order === undefined
    ? kept
    : inOrder(kept, { order: order.map(keyOf), keyOf, known: new Set(before.map(keyOf)) });
}

interface Ordering {
  /** Keys in the order that the client wants. */
  readonly order: readonly unknown[];
  readonly keyOf: (item: unknown) => unknown;
  /** Keys that were in the list before. */
  readonly known: ReadonlySet<unknown>;
}

/** Items that the client ordered come in its order; others stay behind whom they stood; new ones go to the end. */
function inOrder(items: readonly unknown[], { order, keyOf, known }: Ordering): readonly unknown[] {
  const ordered = new Map<unknown, unknown[]>([...order].map((key) => [key, []]));
  const first: unknown[] = [];
  const last: unknown[] = [];
  let group = first;
  for (const item of items) {
    const own = ordered.get(keyOf(item));
    if (own !== undefined) {
      own.push(item);
      group = own;
    } else if (known.has(keyOf(item))) group.push(item);
    else last.push(item);
  }
  return [...first, ...[...ordered.values()].flat(), ...last];
}

function checkedItem(change: unknown, mergeKey: string): Members {
  if (!isObject(change))
    throw new Refusal("badRequest", `a list with merge key ${mergeKey} holds something that is no object`);
  if (change[mergeKey] === undefined && change["$patch"] === undefined) {
    throw new Refusal(
      "badRequest",
      `map: ${JSON.stringify(change)} does not contain declared merge key: ${mergeKey}`,
    );
  }
  return change;
}

/** With `$retainKeys`, members that are not named there go. */
function retained(before: Members, patch: Members): Members {
  const keys = listDirective(patch, "$retainKeys");
  if (keys === undefined) return before;
  return Object.fromEntries(Object.entries(before).filter(([name]) => keys.includes(name)));
}

function actionOf(patch: Members): string | undefined {
  const action = patch["$patch"];
  if (action === undefined) return undefined;
  if (typeof action === "string" && actions.includes(action)) return action;
  throw new Refusal("badRequest", `Unknown patch type found: ${JSON.stringify(action)}`);
}

function listDirective(patch: Members, name: string): readonly unknown[] | undefined {
  const value = Object.hasOwn(patch, name) ? patch[name] : undefined;
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new Refusal("badRequest", `the directive ${name} must hold a list`);
}

/** The fields that a patch changes: those it holds, and the lists that it only orders or shortens. */
function changedFields(patch: Members): readonly string[] {
  const names = Object.keys(patch).flatMap((name) => {
    const directive = [orderPrefix, deletionPrefix].find((prefix) => name.startsWith(prefix));
    if (directive !== undefined) return [name.slice(directive.length)];
    return name.startsWith("$") ? [] : [name];
  });
  return [...new Set(names)];
}

/** What is left of a patch that meets nothing to merge with: no directives, no nulls. */
function withoutDirectives(patch: Members): Members {
  return Object.fromEntries(
    Object.entries(patch).filter(([name, value]) => value !== null && !isDirective(name)),
  );
}

const isDirective = (name: string): boolean =>
  name === "$patch" ||
  name === "$retainKeys" ||
  name.startsWith(orderPrefix) ||
  name.startsWith(deletionPrefix);

const fieldOf = (schema: string | undefined, name: string): FieldSchema | undefined => {
  const { properties = {} } = (schema === undefined ? undefined : typeNamed(schema)) ?? {};
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
};
