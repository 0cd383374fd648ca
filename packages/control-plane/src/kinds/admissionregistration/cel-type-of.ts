/** The objects of a kind as expressions see them, by the kind's schema. Pure. For checking types, not for reading values. */
import { escapedName } from "../../cel/from-json.ts";
import { t, type CelType } from "../../cel/cel.ts";
import {
  leafType,
  typeNamed,
  type FieldSchema,
  type TypeLookup,
  type TypeSchema,
} from "../../schema/schema.ts";
import { apiVersionOf } from "../kind-table.ts";
import type { Kind } from "../kind.ts";

const simple: Readonly<Record<string, CelType>> = {
  string: t.string,
  integer: t.int,
  number: t.double,
  boolean: t.bool,
};

/** Leaves that are texts or numbers, or anything at all. */
const open: readonly string[] = Object.values(leafType);

export function celTypeOfKind(kind: Kind): CelType {
  const { types = typeNamed, schema } = kind;
  return objectType(`${apiVersionOf(kind)}, Kind=${kind.kind}`, types(schema), types);
}

function objectType(name: string, schema: TypeSchema | undefined, types: TypeLookup): CelType {
  const fields = schema?.properties;
  if (fields === undefined || schema?.["x-kubernetes-preserve-unknown-fields"] === true) return t.dyn;
  const known = new Map(Object.keys(fields).map((json) => [escapedName(json) ?? json, json]));
  return {
    kind: "object",
    name,
    // Types may contain themselves: each field is looked at when it is spoken of.
    field: (cel) => {
      const json = known.get(cel);
      const field = json === undefined ? undefined : fields[json];
      return field === undefined || json === undefined ? undefined : { type: fieldType(field, types), json };
    },
    names: () => [...known.keys()],
  };
}

function fieldType(field: FieldSchema, types: TypeLookup): CelType {
  const { $ref, type, items, additionalProperties } = field;
  if ($ref !== undefined) return open.includes($ref) ? t.dyn : objectType($ref, types($ref), types);
  if (field["x-kubernetes-preserve-unknown-fields"] === true) return t.dyn;
  if (type === "array") return t.list(items === undefined ? t.dyn : fieldType(items, types));
  if (additionalProperties !== undefined) return t.map(t.string, fieldType(additionalProperties, types));
  return simple[type ?? ""] ?? t.dyn;
}
