/** Defaults must themselves be right: known to the schema, and of the form that it asks for. Pure. */
import type { JsonSchema } from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { withDefaults } from "../../../apiextensions/defaults.ts";
import { prunePart } from "../../../apiextensions/prune.ts";
import { validateValue } from "../../../apiextensions/validate.ts";
import { cause } from "../../causes.ts";

export function validateDefaults(schema: JsonSchema, at: string): readonly Cause[] {
  const { items, properties = {}, additionalProperties: values } = schema;
  return [
    ...validateDefault(schema, at),
    ...(items === undefined ? [] : validateDefaults(items, `${at}.items`)),
    ...Object.entries(properties).flatMap(([name, property]) =>
      validateDefaults(property, `${at}.properties[${name}]`),
    ),
    ...(typeof values === "object" ? validateDefaults(values, `${at}.additionalProperties`) : []),
  ];
}

function validateDefault(schema: JsonSchema, at: string): readonly Cause[] {
  if (schema.default === undefined) return [];
  const field = `${at}.default`;
  const complete = withDefaults(schema.default, schema);
  const { unknown } = prunePart(complete, schema);
  if (unknown.length > 0) return [cause.invalid(field, schema.default, "must not have unknown fields")];
  return validateValue(complete, schema, { path: field, former: undefined });
}
