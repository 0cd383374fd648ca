/** How the schema of a custom kind is looked into. Pure. */
import type { JsonSchema } from "@kubus/shared/api/apiextensions.ts";

export type { JsonSchema };

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const propertyOf = ({ properties = {} }: JsonSchema, name: string): JsonSchema | undefined =>
  Object.hasOwn(properties, name) ? properties[name] : undefined;

/** The schema of what has no property of its own, where a schema says something of it. */
export const valuesOf = ({ additionalProperties: values }: JsonSchema): JsonSchema | undefined =>
  typeof values === "object" ? values : undefined;

/** What is under a name. Undefined: the schema says nothing of it. */
export const memberOf = (schema: JsonSchema, name: string): JsonSchema | undefined =>
  propertyOf(schema, name) ?? valuesOf(schema);

export const keepsUnknown = (schema: JsonSchema): boolean =>
  schema["x-kubernetes-preserve-unknown-fields"] === true;
export const isIntOrString = (schema: JsonSchema): boolean => schema["x-kubernetes-int-or-string"] === true;
export const isEmbedded = (schema: JsonSchema): boolean => schema["x-kubernetes-embedded-resource"] === true;

/** What every object has, whether its schema tells of it or not. */
export const objectFields: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

export const childPath = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);
