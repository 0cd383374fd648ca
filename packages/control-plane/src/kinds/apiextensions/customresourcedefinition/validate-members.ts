/** Values inside of a schema: patterns, choices, bounds, requirements. Pure. */
import type { JsonSchema } from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { regexMistake } from "../../../regexp/regex.ts";
import { cause } from "../../causes.ts";
import { when } from "../../rules.ts";

const counts = ["maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"] as const;

export function validateMembers(schema: JsonSchema, at: string): readonly Cause[] {
  const { pattern, required = [], multipleOf } = schema;
  const mistake = pattern === undefined ? undefined : regexMistake(pattern);
  const twice = required.filter((name, index) => required.indexOf(name) < index);
  return [
    ...(mistake === undefined
      ? []
      : [
          cause.invalid(
            `${at}.pattern`,
            pattern,
            `must be a valid regular expression, but isn't: ${mistake}`,
          ),
        ]),
    ...counts.flatMap((name) => {
      const value = schema[name];
      return value === undefined || value >= 0
        ? []
        : [cause.invalid(`${at}.${name}`, value, "must be greater than or equal to 0")];
    }),
    ...when(
      multipleOf !== undefined && multipleOf <= 0,
      cause.invalid(`${at}.multipleOf`, multipleOf, "must be greater than 0"),
    ),
    ...twice.map((name) => cause.duplicate(`${at}.required`, name)),
  ];
}
