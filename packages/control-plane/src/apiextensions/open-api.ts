/** A custom kind's own type as OpenAPI v3 tells of it: its schema, with what every object has besides. Pure. */
import type { JsonSchema } from "@kubus/shared/api/apiextensions.ts";
import { describedType } from "../schema/documented.ts";
import { isEmbedded } from "./schema.ts";

const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const listMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
const anyObject = "io.k8s.api.core.v1.ConfigMap";

/** What other types its components speak of. */
export const customReferences: readonly string[] = [objectMeta, listMeta];

/** The type and the type of its lists, by name. */
export function customComponents(
  schema: JsonSchema,
  { name, plural }: { readonly name: string; readonly plural: string },
): Readonly<Record<string, object>> {
  const { description, ...whole } = schema;
  return {
    [name]: {
      ...(description === undefined ? {} : { description }),
      ...withObjectFields(whole),
    },
    [`${name}List`]: {
      description: `${name.slice(name.lastIndexOf(".") + 1)}List is a list of ${name.slice(name.lastIndexOf(".") + 1)}`,
      type: "object",
      required: ["items"],
      properties: {
        ...textsOf("apiVersion", "kind"),
        items: {
          description: `List of ${plural}. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md`,
          type: "array",
          items: { allOf: [{ $ref: `#/components/schemas/${name}` }] },
        },
        metadata: {
          description:
            "Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds",
          allOf: [{ $ref: `#/components/schemas/${listMeta}` }],
        },
      },
    },
  };
}

const ownTexts = describedType(anyObject) as {
  readonly properties: Readonly<Record<string, object>>;
};

const textsOf = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, ownTexts.properties[name] ?? { type: "string" }]));

/** `apiVersion`, `kind` and `metadata` are there, whether the schema tells of them or not. */
function withObjectFields(schema: JsonSchema): object {
  const below = partsOf(schema);
  return { ...below, properties: { ...below.properties, ...textsOf("apiVersion", "kind", "metadata") } };
}

/** The parts of a schema, with objects inside of it completed. */
function partsOf(
  schema: JsonSchema,
): JsonSchema & { readonly properties?: Readonly<Record<string, JsonSchema>> } {
  const { items, properties, additionalProperties: values } = schema;
  return {
    ...schema,
    ...(items === undefined ? {} : { items: completed(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, one]) => [name, completed(one)]),
          ),
        }),
    ...(typeof values === "object" ? { additionalProperties: completed(values) } : {}),
  };
}

const completed = (schema: JsonSchema): JsonSchema =>
  isEmbedded(schema) ? withObjectFields(schema) : partsOf(schema);
