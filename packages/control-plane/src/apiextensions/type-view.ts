/**
 * The schema of a custom kind as named types, for server-side apply: what is owned field by field, which lists are sets
 * or maps, what is one value. Pure.
 */
import type { FieldSchema, TypeLookup, TypeSchema } from "../schema/schema.ts";
import { leafType, typeNamed } from "../schema/schema.ts";
import { isEmbedded, isIntOrString, keepsUnknown, type JsonSchema } from "./schema.ts";

const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** `name`: of the whole object's type. */
export function typesOf(name: string, schema: JsonSchema): TypeLookup {
  const types = new Map<string, TypeSchema>();
  addType(types, name, { ...schema, "x-kubernetes-embedded-resource": true });
  return (wanted) => types.get(wanted) ?? typeNamed(wanted);
}

function addType(types: Map<string, TypeSchema>, name: string, schema: JsonSchema): void {
  const own = Object.entries(schema.properties ?? {}).map(
    ([property, inner]) => [property, fieldOf(types, `${name}.${property}`, inner)] as const,
  );
  types.set(name, {
    type: "object",
    properties: { ...Object.fromEntries(own), ...(isEmbedded(schema) ? resourceFields : {}) },
    ...(keepsUnknown(schema) ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    ...mapType(schema),
  });
}

const resourceFields: Readonly<Record<string, FieldSchema>> = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata: { $ref: objectMeta },
};

const mapType = ({ "x-kubernetes-map-type": type }: JsonSchema) =>
  type === undefined ? {} : { "x-kubernetes-map-type": type };

function fieldOf(types: Map<string, TypeSchema>, name: string, schema: JsonSchema): FieldSchema {
  const standard = schema.default === undefined ? {} : { default: schema.default };
  if (isIntOrString(schema)) return { $ref: leafType.intOrString, ...standard };
  if (schema.type === "array") return { ...listOf(types, name, schema), ...standard };
  if (schema.type === "object" || isEmbedded(schema)) return objectField(types, name, schema);
  const type = (["string", "integer", "number", "boolean"] as const).find((known) => known === schema.type);
  if (type === undefined) return { $ref: leafType.rawExtension };
  return { type, ...standard };
}

function objectField(types: Map<string, TypeSchema>, name: string, schema: JsonSchema): FieldSchema {
  const { additionalProperties: values, properties } = schema;
  if (typeof values === "object" && properties === undefined)
    return {
      type: "object",
      additionalProperties: fieldOf(types, `${name}.value`, values),
      ...mapType(schema),
    };
  if (properties === undefined && !isEmbedded(schema)) return { $ref: leafType.rawExtension };
  addType(types, name, schema);
  return { $ref: name, ...mapType(schema) };
}

function listOf(types: Map<string, TypeSchema>, name: string, schema: JsonSchema): FieldSchema {
  const keys = schema["x-kubernetes-list-map-keys"];
  return {
    type: "array",
    items: fieldOf(types, `${name}.item`, schema.items ?? {}),
    "x-kubernetes-list-type": schema["x-kubernetes-list-type"] ?? "atomic",
    ...(keys === undefined ? {} : { "x-kubernetes-list-map-keys": keys }),
  };
}
