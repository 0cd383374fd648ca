/** Types with the texts that `kubectl explain` shows, as OpenAPI v3 writes them. Pure. */
import generated from "./generated/descriptions.json" with { type: "json" };
import { likeOf } from "./old-types.ts";
import { refsIn, typeNamed, type FieldSchema } from "./schema.ts";

interface Description {
  readonly about: string;
  readonly fields: Readonly<Record<string, string>>;
}

const descriptions = generated as unknown as Readonly<Record<string, Description>>;

const prefix = "#/components/schemas/";

/** A type as a component of an OpenAPI v3 document. */
export function describedType(name: string): object {
  const { properties, ...type } = typeNamed(name) ?? {};
  const like = likeOf(name);
  const { about = "", fields = {} } = Object.hasOwn(descriptions, like) ? (descriptions[like] ?? {}) : {};
  const described = Object.entries(properties ?? {}).map(([field, schema]) => {
    const text = fields[field];
    return [
      field,
      { ...(text === undefined ? {} : { description: text }), ...openApiField(schema) },
    ] as const;
  });
  return {
    ...(about === "" ? {} : { description: about }),
    ...type,
    ...(properties === undefined ? {} : { properties: Object.fromEntries(described) }),
  };
}

/** A reference stands alone in OpenAPI 3.0, so it is wrapped to carry a text beside it. */
function openApiField({ $ref, items, additionalProperties, ...rest }: FieldSchema): object {
  return {
    ...rest,
    ...($ref === undefined ? {} : { allOf: [{ $ref: prefix + $ref }] }),
    ...(items === undefined ? {} : { items: openApiField(items) }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: openApiField(additionalProperties) }),
  };
}

/** The types that the fields of a type refer to. */
export const referencesOf = (name: string): readonly string[] =>
  Object.values(typeNamed(name)?.properties ?? {}).flatMap(refsIn);
