/** Lists that are sets or maps hold nothing twice. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../kinds/causes.ts";
import { keyValue } from "./former.ts";
import { childPath, isObject, memberOf, type JsonSchema } from "./schema.ts";

export function validateLists(value: unknown, schema: JsonSchema, path = ""): readonly Cause[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return [
      ...duplicates(value, schema, path),
      ...(items === undefined
        ? []
        : value.flatMap((item: unknown, at) => validateLists(item, items, `${path}[${at}]`))),
    ];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const own = memberOf(schema, name);
    return own === undefined ? [] : validateLists(member, own, childPath(path, name));
  });
}

function duplicates(list: readonly unknown[], schema: JsonSchema, path: string): readonly Cause[] {
  const identify = identityIn(schema);
  if (identify === undefined) return [];
  const seen = new Set<string>();
  return list.flatMap((item, at) => {
    const identity = identify(item);
    const text = canonical(identity);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [cause.duplicate(`${path}[${at}]`, identity)];
  });
}

function identityIn(schema: JsonSchema): ((item: unknown) => unknown) | undefined {
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return (item) => item;
    case "map": {
      const keys = schema["x-kubernetes-list-map-keys"] ?? [];
      return (item) =>
        isObject(item)
          ? Object.fromEntries(keys.flatMap((key) => entry(key, keyValue(item, key, schema))))
          : item;
    }
    default:
      return undefined;
  }
}

const entry = (key: string, value: unknown) => (value === undefined ? [] : [[key, value] as const]);

/** The same text for the same value, in whatever order its members stand. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
}
