/** Everything that a schema says of an object: types, lists, objects inside, rules, scale. Pure. */
import type { CustomResourceDefinitionVersion, JsonSchema } from "@kubus/shared/api/apiextensions.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../kinds/causes.ts";
import { validateEmbedded } from "./embedded.ts";
import { valueAt } from "./json-path.ts";
import { validateLists } from "./lists.ts";
import { validateRules } from "./validate-rules.ts";
import { rootPlace, validateValue } from "./validate.ts";

type Version = Pick<CustomResourceDefinitionVersion, "subresources">;

/** `former`: as it was, for updates. */
export function validateObject(
  object: KubeObject,
  schema: JsonSchema,
  version: Version,
  former?: KubeObject,
): readonly Cause[] {
  const causes = [
    ...validateValue(object, schema, rootPlace(former)),
    ...validateScale(object, version),
    ...validateEmbedded(object, schema),
    ...validateLists(object, schema),
  ];
  return [
    ...causes,
    ...(causes.some(isBlocking) ? [notAsked(schema)].flat() : validateRules(object, schema, former)),
  ];
}

/** Rules rely on types: with a wrong one they are not asked. */
const isBlocking = ({ reason }: Cause): boolean =>
  ["FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid"].includes(reason);

const hasRules = new WeakMap<JsonSchema, boolean>();

const notAsked = (schema: JsonSchema): readonly Cause[] =>
  anyRules(schema)
    ? [
        {
          reason: "FieldValueInvalid",
          message:
            'Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
          field: "<nil>",
        },
      ]
    : [];

function anyRules(schema: JsonSchema): boolean {
  const known = hasRules.get(schema);
  if (known !== undefined) return known;
  const { items, properties = {}, additionalProperties: values } = schema;
  const answer =
    (schema["x-kubernetes-validations"] ?? []).length > 0 ||
    (items !== undefined && anyRules(items)) ||
    (typeof values === "object" && anyRules(values)) ||
    Object.values(properties).some(anyRules);
  hasRules.set(schema, answer);
  return answer;
}

const int32Max = 2 ** 31 - 1;

function validateScale(object: KubeObject, { subresources }: Version): readonly Cause[] {
  const { scale } = subresources ?? {};
  if (scale === undefined) return [];
  const paths = [scale.specReplicasPath, scale.statusReplicasPath];
  return paths.flatMap((path) => {
    const value = valueAt(path, object);
    if (typeof value !== "number") return [];
    if (value < 0) return [cause.invalid(path, value, "should be a non-negative integer")];
    return value > int32Max ? [cause.invalid(path, value, "should be less than or equal to 2147483647")] : [];
  });
}
