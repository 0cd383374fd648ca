/** Objects inside of objects (`x-kubernetes-embedded-resource`) say what they are and have right metadata. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../kinds/causes.ts";
import { validateAnnotations, validateLabels } from "../kinds/metadata/validate.ts";
import { childPath, isEmbedded, isObject, memberOf, type JsonObject, type JsonSchema } from "./schema.ts";

export function validateEmbedded(value: unknown, schema: JsonSchema, path = ""): readonly Cause[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    return value.flatMap((item: unknown, at) => validateEmbedded(item, items, `${path}[${at}]`));
  }
  if (!isObject(value)) return [];
  return [
    ...(path !== "" && isEmbedded(schema) ? validateResource(value, path) : []),
    ...Object.entries(value).flatMap(([name, member]) => {
      const own = memberOf(schema, name);
      return own === undefined ? [] : validateEmbedded(member, own, childPath(path, name));
    }),
  ];
}

function validateResource(value: JsonObject, path: string): readonly Cause[] {
  const missing = ["apiVersion", "kind"].filter((name) => (value[name] ?? "") === "");
  const metadata = (isObject(value["metadata"]) ? value["metadata"] : {}) as Partial<KubeObject["metadata"]>;
  return [
    ...missing.map((name) => cause.required(`${path}.${name}`, "must not be empty")),
    ...validateLabels(metadata.labels, `${path}.metadata.labels`),
    ...validateAnnotations(metadata.annotations, `${path}.metadata.annotations`),
  ];
}
