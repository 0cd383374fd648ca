/**
 * A schema that Kubernetes can prune, fill in and check: a structural one
 * (apiextensions `apiserver/schema/validation.go`). Pure.
 */
import type { JsonSchema } from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { isEmbedded, isIntOrString, isObject, keepsUnknown } from "../../../apiextensions/schema.ts";
import { cause } from "../../causes.ts";
import { when } from "../../rules.ts";
import { validateDefaults } from "./validate-default.ts";
import { validateJunctors } from "./validate-junctors.ts";
import { validateListType } from "./validate-list-type.ts";
import { validateMembers } from "./validate-members.ts";
import { validateSchemaRules } from "./validate-schema-rules.ts";

/** Where a schema stands: at the root, as a property, as the items of a list or the values of a map. */
export type Level = "root" | "field" | "item";

const depthMax = 100;

export function validateSchema(schema: JsonSchema, at: string): readonly Cause[] {
  if (depthOf(schema) > depthMax)
    return [cause.invalid(at, "...", `must not be nested more than ${depthMax} levels deep`)];
  const wellFormed = validatePart(schema, at, "root");
  // What follows reads the schema as a whole: it must be one.
  if (wellFormed.length > 0) return wellFormed;
  return [...validateDefaults(schema, at), ...validateSchemaRules(schema, at)];
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((deepest, member) => Math.max(deepest, depthOf(member)), 0);
}

export function validatePart(schema: JsonSchema, at: string, level: Level): readonly Cause[] {
  if (!isObject(schema)) return [cause.invalid(at, schema, "must be a schema object")];
  return [
    ...validateForbidden(schema, at),
    ...validateType(schema, at, level),
    ...validateExtensions(schema, at),
    ...validateObjectFields(schema, at, level),
    ...validateListType(schema, at),
    ...validateMembers(schema, at),
    ...validateJunctors(schema, at),
    ...validateBelow(schema, at),
  ];
}

function validateBelow(schema: JsonSchema, at: string): readonly Cause[] {
  const { items, properties = {}, additionalProperties: values } = schema;
  return [
    ...(items === undefined ? [] : validatePart(items, `${at}.items`, "item")),
    ...Object.entries(properties).flatMap(([name, property]) =>
      validatePart(property, `${at}.properties[${name}]`, "field"),
    ),
    ...(typeof values === "object" ? validatePart(values, `${at}.additionalProperties`, "field") : []),
  ];
}

/** Parts of JSON schema that Kubernetes does not take. */
const notSupported = ["$ref", "additionalItems", "definitions", "dependencies", "id", "patternProperties"];

function validateForbidden(schema: JsonSchema, at: string): readonly Cause[] {
  const given = schema as Readonly<Record<string, unknown>>;
  return [
    ...notSupported
      .filter((name) => given[name] !== undefined)
      .map((name) => cause.forbidden(`${at}.${name}`, `${name} is not supported`)),
    ...when(
      given["uniqueItems"] === true,
      cause.forbidden(
        `${at}.uniqueItems`,
        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
      ),
    ),
    ...when(
      schema.additionalProperties === false,
      cause.forbidden(`${at}.additionalProperties`, "additionalProperties cannot be set to false"),
    ),
    ...when(
      schema.additionalProperties !== undefined &&
        schema.additionalProperties !== false &&
        schema.properties !== undefined,
      cause.forbidden(
        `${at}.additionalProperties`,
        "additionalProperties and properties are mutual exclusive",
      ),
    ),
    ...when(
      Array.isArray(schema.items),
      cause.forbidden(`${at}.items`, "items must be a schema object and not an array"),
    ),
  ];
}

const types = ["array", "boolean", "integer", "number", "object", "string"];

function validateType(schema: JsonSchema, at: string, level: Level): readonly Cause[] {
  const { type = "" } = schema;
  const field = `${at}.type`;
  if (type === "null")
    return [cause.forbidden(field, "type cannot be set to null, use nullable as an alternative")];
  if (isEmbedded(schema) && type !== "object") {
    const why = "must be object if x-kubernetes-embedded-resource is true";
    return [type === "" ? cause.required(field, why) : cause.invalid(field, type, why)];
  }
  if (type === "") {
    if (isIntOrString(schema) || (keepsUnknown(schema) && level !== "root")) return [];
    return [cause.required(field, `must not be empty ${emptyTypes[level]}`)];
  }
  if (!types.includes(type)) return [cause.notSupported(field, type, types)];
  return [
    ...when(level === "root" && type !== "object", cause.invalid(field, type, "must be object at the root")),
    ...when(
      level === "root" && schema.nullable === true,
      cause.forbidden(`${at}.nullable`, "nullable cannot be true at the root"),
    ),
  ];
}

const emptyTypes: Readonly<Record<Level, string>> = {
  root: "at the root",
  field: "for specified object fields",
  item: "for specified array items",
};

function validateExtensions(schema: JsonSchema, at: string): readonly Cause[] {
  const given = schema as Readonly<Record<string, unknown>>;
  return [
    ...when(
      given["x-kubernetes-preserve-unknown-fields"] === false,
      cause.invalid(`${at}.x-kubernetes-preserve-unknown-fields`, false, "must be true or undefined"),
    ),
    ...when(
      isIntOrString(schema) && (schema.type ?? "") !== "",
      cause.invalid(`${at}.type`, schema.type, "must be empty if x-kubernetes-int-or-string is true"),
    ),
    ...when(
      isIntOrString(schema) && keepsUnknown(schema),
      cause.invalid(
        `${at}.x-kubernetes-preserve-unknown-fields`,
        true,
        "must be false if x-kubernetes-int-or-string is true",
      ),
    ),
    ...when(
      isEmbedded(schema) && schema.additionalProperties !== undefined,
      cause.forbidden(
        `${at}.additionalProperties`,
        "must not be used if x-kubernetes-embedded-resource is set",
      ),
    ),
    ...when(
      isEmbedded(schema) && !keepsUnknown(schema) && Object.keys(schema.properties ?? {}).length === 0,
      cause.required(
        `${at}.properties`,
        "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
      ),
    ),
  ];
}

/** What an object says of itself is the server's matter; only names may be restricted. */
function validateObjectFields(schema: JsonSchema, at: string, level: Level): readonly Cause[] {
  if (level !== "root" && !isEmbedded(schema)) return [];
  const { properties = {} } = schema;
  const texts = (["apiVersion", "kind"] as const).flatMap((name) => {
    const property = properties[name];
    return property === undefined || property.type === "string"
      ? []
      : [cause.invalid(`${at}.properties[${name}].type`, property.type ?? "", "must be string")];
  });
  const { metadata } = properties;
  if (metadata === undefined) return texts;
  const field = `${at}.properties[metadata]`;
  return [
    ...texts,
    ...when(
      metadata.type !== "object",
      cause.invalid(`${field}.type`, metadata.type ?? "", "must be object"),
    ),
    ...when(
      !restrictsNamesOnly(metadata),
      cause.forbidden(
        field,
        "must not specify anything other than name and generateName, but metadata is implicitly specified",
      ),
    ),
  ];
}

const restrictsNamesOnly = ({ properties = {}, ...rest }: JsonSchema): boolean =>
  Object.keys(properties).every((name) => name === "name" || name === "generateName") &&
  Object.keys(rest).every((name) => ["type", "description", "required", "title"].includes(name));
