/** The CEL type of what a schema describes. Kept per schema: schemas do not change, their CRDs do. */
import { escapedName } from "../cel/from-json.ts";
import { t, type CelField, type CelType, type ListIdentity } from "../cel/types.ts";
import { isEmbedded, isIntOrString, valuesOf, type JsonSchema } from "./schema.ts";

const known = new WeakMap<JsonSchema, { readonly type: CelType | undefined }>();
const knownRoots = new WeakMap<JsonSchema, CelType>();

/** Undefined: CEL cannot see what stands there. */
export function celTypeOf(schema: JsonSchema): CelType | undefined {
  const found = known.get(schema) ?? { type: made(schema, isEmbedded(schema)) };
  known.set(schema, found);
  return found.type;
}

/** The type of a whole object: it has names, whatever its schema says. */
export function celRootTypeOf(schema: JsonSchema): CelType {
  const found = knownRoots.get(schema) ?? made(schema, true) ?? t.dyn;
  knownRoots.set(schema, found);
  return found;
}

function made(schema: JsonSchema, isResource: boolean): CelType | undefined {
  if (isIntOrString(schema)) return t.dyn;
  switch (schema.type) {
    case "array":
      return listType(schema);
    case "object":
      return objectType(schema, isResource);
    case "string":
      return textType(schema);
    case "boolean":
      return t.bool;
    case "integer":
      return t.int;
    case "number":
      return t.double;
    default:
      return undefined;
  }
}

function textType({ format }: JsonSchema): CelType {
  if (format === "byte") return t.bytes;
  if (format === "duration") return t.duration;
  return format === "date" || format === "date-time" ? t.timestamp : t.string;
}

function listType(schema: JsonSchema): CelType | undefined {
  const item = schema.items === undefined ? undefined : celTypeOf(schema.items);
  return item === undefined ? undefined : t.list(item, identityOf(schema));
}

function identityOf(schema: JsonSchema): ListIdentity | undefined {
  if (schema["x-kubernetes-list-type"] === "set") return { kind: "set" };
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  if (schema["x-kubernetes-list-type"] !== "map") return undefined;
  return { kind: "map", keys: keys.map((key) => escapedName(key) ?? key) };
}

/** The only parts of metadata that rules may speak of. */
const metadata: JsonSchema = {
  type: "object",
  properties: { name: { type: "string" }, generateName: { type: "string" } },
};
const resourceProperties = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata,
} satisfies Record<string, JsonSchema>;

function objectType(schema: JsonSchema, isResource: boolean): CelType | undefined {
  const values = valuesOf(schema);
  if (values !== undefined && !isResource) {
    const value = celTypeOf(values);
    return value === undefined ? undefined : t.map(t.string, value);
  }
  const properties = { ...schema.properties, ...(isResource ? resourceProperties : {}) };
  const fields = new Map<string, CelField>();
  for (const [name, property] of Object.entries(properties)) {
    const type = celTypeOf(property);
    const escaped = escapedName(name);
    if (type !== undefined && escaped !== undefined) fields.set(escaped, { type, json: name });
  }
  return {
    kind: "object",
    name: "object",
    field: (name) => fields.get(name),
    names: () => [...fields.keys()],
  };
}
