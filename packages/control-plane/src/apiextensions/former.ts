/** Which value of an object is the former state of one in its next form. Pure. */
import { isSame } from "../api/same.ts";
import { isObject, type JsonSchema } from "./schema.ts";

/**
 * What an item of a list was before. Only lists that are maps can tell: items of other lists have nothing to be known
 * by.
 */
export function formerItem(item: unknown, schema: JsonSchema, formerList: unknown): unknown {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(formerList) || !isObject(item))
    return undefined;
  return formerList.find(
    (former: unknown) =>
      isObject(former) &&
      keys.every((key) => isSame(keyValue(former, key, schema), keyValue(item, key, schema))),
  );
}

/** A key that is left out has its default. */
export const keyValue = (
  item: Readonly<Record<string, unknown>>,
  key: string,
  { items }: JsonSchema,
): unknown => item[key] ?? items?.properties?.[key]?.default;
