/**
 * Fills in what the schema says stands where nothing stands, and drops nulls that may not be. Pure; what is complete
 * already is not copied.
 */
import { isObject, memberOf, type JsonObject, type JsonSchema } from "./schema.ts";

export function withDefaults(value: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(value)) return listWithDefaults(value, schema);
  return isObject(value) ? objectWithDefaults(value, schema) : value;
}

const isUnwantedNull = (value: unknown, { nullable = false }: JsonSchema): boolean =>
  value === null && !nullable;

function listWithDefaults(list: readonly unknown[], { items }: JsonSchema): readonly unknown[] {
  if (items === undefined) return list;
  const filled = list.map((item) =>
    withDefaults(isUnwantedNull(item, items) && items.default !== undefined ? items.default : item, items),
  );
  return filled.every((item, at) => item === list[at]) ? list : filled;
}

function objectWithDefaults(object: JsonObject, schema: JsonSchema): JsonObject {
  const missing = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    property.default !== undefined && object[name] === undefined
      ? [[name, withDefaults(property.default, property)] as const]
      : [],
  );
  let isWhole = missing.length === 0;
  const members = Object.entries(object).flatMap(([name, member]) => {
    const own = memberOf(schema, name);
    if (own === undefined) return [[name, member] as const];
    if (isUnwantedNull(member, own) && own.default === undefined) {
      isWhole = false;
      return [];
    }
    const filled = withDefaults(isUnwantedNull(member, own) ? own.default : member, own);
    isWhole &&= filled === member;
    return [[name, filled] as const];
  });
  return isWhole ? object : Object.fromEntries([...members, ...missing]);
}
