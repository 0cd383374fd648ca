/** Lists that are sets or maps, and maps that are one value (`x-kubernetes-list-type`, `x-kubernetes-map-type`). Pure. */
import type { JsonSchema } from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { isIntOrString, keepsUnknown } from "../../../apiextensions/schema.ts";
import { cause } from "../../causes.ts";
import { when } from "../../rules.ts";

export function validateListType(schema: JsonSchema, at: string): readonly Cause[] {
  const listType = schema["x-kubernetes-list-type"];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const field = `${at}.x-kubernetes-list-type`;
  return [
    ...validateMapType(schema, at),
    ...when(
      listType !== undefined && schema.type !== "array",
      typeMustBe(schema, at, "array", "x-kubernetes-list-type"),
    ),
    ...when(
      listType !== undefined && !["atomic", "map", "set"].includes(listType),
      cause.notSupported(field, listType, ["atomic", "map", "set"]),
    ),
    ...when(
      keys.length > 0 && listType !== "map",
      listType === undefined
        ? cause.required(field, "must be map if x-kubernetes-list-map-keys is non-empty")
        : cause.invalid(field, listType, "must be map if x-kubernetes-list-map-keys is non-empty"),
    ),
    ...(listType === "map" ? validateMap(schema, at, keys) : []),
    ...(listType === "set" ? validateSet(schema, at) : []),
  ];
}

function typeMustBe({ type = "" }: JsonSchema, at: string, wanted: string, why: string): Cause {
  const detail = `must be ${wanted} if ${why} is specified`;
  return type === "" ? cause.required(`${at}.type`, detail) : cause.invalid(`${at}.type`, type, detail);
}

function validateMapType(schema: JsonSchema, at: string): readonly Cause[] {
  const mapType = schema["x-kubernetes-map-type"];
  if (mapType === undefined) return [];
  return [
    ...when(schema.type !== "object", typeMustBe(schema, at, "object", "x-kubernetes-map-type")),
    ...when(
      !["atomic", "granular"].includes(mapType),
      cause.notSupported(`${at}.x-kubernetes-map-type`, mapType, ["atomic", "granular"]),
    ),
  ];
}

function validateMap({ items }: JsonSchema, at: string, keys: readonly string[]): readonly Cause[] {
  const field = `${at}.x-kubernetes-list-map-keys`;
  const missing = when(
    keys.length === 0,
    cause.required(field, "must not be empty if x-kubernetes-list-type is map"),
  );
  if (items === undefined)
    return [...missing, cause.required(`${at}.items`, "must have a schema if x-kubernetes-list-type is map")];
  if (items.type !== "object")
    return [
      ...missing,
      cause.invalid(
        `${at}.items.type`,
        items.type ?? "",
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    ];
  return [...missing, ...keys.flatMap((key, index) => validateKey(items, at, { key, index, keys }))];
}

interface Key {
  readonly key: string;
  readonly index: number;
  readonly keys: readonly string[];
}

function validateKey(items: JsonSchema, at: string, { key, index, keys }: Key): readonly Cause[] {
  const field = `${at}.x-kubernetes-list-map-keys[${index}]`;
  const property = items.properties?.[key];
  if (property === undefined)
    return [cause.invalid(field, key, "entries must all be names of item properties")];
  const place = `${at}.items.properties[${key}]`;
  const isScalar = !["array", "object", ""].includes(property.type ?? "") || isIntOrString(property);
  const isSure = property.default !== undefined || (items.required ?? []).includes(key);
  return [
    ...when(keys.indexOf(key) < index, cause.invalid(field, key, "must not contain duplicate entries")),
    ...when(
      !isScalar,
      cause.invalid(
        `${place}.type`,
        property.type ?? "",
        "must be a scalar type if parent array's x-kubernetes-list-type is map",
      ),
    ),
    ...when(
      isScalar && !isSure,
      cause.required(
        `${place}.default`,
        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
      ),
    ),
    ...when(
      property.nullable === true,
      cause.forbidden(
        `${place}.nullable`,
        "this property is in x-kubernetes-list-map-keys, so it cannot be nullable",
      ),
    ),
  ];
}

/** What is compared with what must be one value. */
function validateSet({ items }: JsonSchema, at: string): readonly Cause[] {
  if (items === undefined) return [];
  const isOneValue =
    items.type === "object"
      ? items["x-kubernetes-map-type"] === "atomic"
      : items.type === "array"
        ? ["atomic", undefined].includes(items["x-kubernetes-list-type"])
        : !keepsUnknown(items);
  const isList = items.type === "array";
  const field = `${at}.items.x-kubernetes-${isList ? "list" : "map"}-type`;
  const given = items[isList ? "x-kubernetes-list-type" : "x-kubernetes-map-type"];
  const why = `must be atomic as item of a list with x-kubernetes-list-type=set`;
  return [
    ...when(
      items.nullable === true,
      cause.forbidden(`${at}.items.nullable`, "cannot be nullable when x-kubernetes-list-type is set"),
    ),
    ...when(!isOneValue, given === undefined ? cause.required(field, why) : cause.invalid(field, given, why)),
  ];
}
