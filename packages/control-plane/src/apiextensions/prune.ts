/** Drops what the schema does not know, and says what it was. Pure; what is whole already is not copied. */
import {
  childPath,
  isEmbedded,
  isObject,
  keepsUnknown,
  memberOf,
  objectFields,
  type JsonObject,
  type JsonSchema,
} from "./schema.ts";

export interface Pruned {
  readonly value: unknown;
  /** Paths such as `spec.jobs[0].foo`. */
  readonly unknown: readonly string[];
}

/** A whole object: `apiVersion`, `kind` and `metadata` stay as they are. */
export function prune(object: unknown, schema: JsonSchema): Pruned {
  const unknown: string[] = [];
  const value = pruned(object, { ...schema, "x-kubernetes-embedded-resource": true }, "", unknown);
  return { value, unknown };
}

/** A part of an object, such as a default. */
export function prunePart(part: unknown, schema: JsonSchema): Pruned {
  const unknown: string[] = [];
  return { value: pruned(part, schema, "", unknown), unknown };
}

function pruned(value: unknown, schema: JsonSchema | undefined, path: string, unknown: string[]): unknown {
  if (Array.isArray(value))
    return unchangedOr(
      value,
      value.map((item: unknown, at) => prunedItem(item, schema, `${path}[${at}]`, unknown)),
    );
  return isObject(value) ? prunedObject(value, schema, path, unknown) : value;
}

function prunedItem(item: unknown, schema: JsonSchema | undefined, path: string, unknown: string[]): unknown {
  const isKept = schema !== undefined && keepsUnknown(schema) && schema.items === undefined;
  return isKept ? item : pruned(item, schema?.items, path, unknown);
}

function prunedObject(
  object: JsonObject,
  schema: JsonSchema | undefined,
  path: string,
  unknown: string[],
): JsonObject {
  const changed: string[] = [];
  const members = Object.entries(object).flatMap(([name, member]) => {
    const place = childPath(path, name);
    if (schema !== undefined && isEmbedded(schema) && objectFields.has(name))
      return [[name, member] as const];
    const own = schema === undefined ? undefined : memberOf(schema, name);
    if (own !== undefined) {
      const kept = pruned(member, own, place, unknown);
      if (kept !== member) changed.push(name);
      return [[name, kept] as const];
    }
    if (schema !== undefined && (keepsUnknown(schema) || schema.additionalProperties === true))
      return [[name, member] as const];
    unknown.push(place);
    changed.push(name);
    return [];
  });
  return changed.length === 0 ? object : Object.fromEntries(members);
}

const unchangedOr = (before: readonly unknown[], after: readonly unknown[]): readonly unknown[] =>
  after.every((item, at) => item === before[at]) ? before : after;
