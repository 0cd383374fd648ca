/** The rules of a schema (`x-kubernetes-validations`) must be expressions that can be asked where they stand. Pure. */
import type { JsonSchema, ValidationRule } from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { parseJsonPath } from "../../../apiextensions/json-path.ts";
import { rulesAt, type CompiledRule } from "../../../apiextensions/rules.ts";
import { memberOf } from "../../../apiextensions/schema.ts";
import { isCelError } from "../../../cel/cel.ts";
import { cause } from "../../causes.ts";
import { when } from "../../rules.ts";

interface Place {
  readonly at: string;
  readonly isRoot: boolean;
  /** The nearest list above whose items nobody can tell apart. */
  readonly uncorrelatable: string | undefined;
}

export const validateSchemaRules = (schema: JsonSchema, at: string): readonly Cause[] =>
  validateAt(schema, { at, isRoot: true, uncorrelatable: undefined });

function validateAt(schema: JsonSchema, place: Place): readonly Cause[] {
  const { items, properties = {}, additionalProperties: values } = schema;
  const { at, uncorrelatable } = place;
  const below = (inner: string, list = uncorrelatable): Place => ({
    at: `${at}.${inner}`,
    isRoot: false,
    uncorrelatable: list,
  });
  const isMap = schema["x-kubernetes-list-type"] === "map";
  return [
    ...rulesAt(schema, place.isRoot).flatMap((rule, index) => validateRule(rule, schema, place, index)),
    ...(items === undefined
      ? []
      : validateAt(items, below("items", isMap ? uncorrelatable : (uncorrelatable ?? `${at}.items`)))),
    ...Object.entries(properties).flatMap(([name, property]) =>
      validateAt(property, below(`properties[${name}]`)),
    ),
    ...(typeof values === "object" ? validateAt(values, below("additionalProperties")) : []),
  ];
}

const reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

function validateRule(
  compiled: CompiledRule,
  schema: JsonSchema,
  place: Place,
  index: number,
): readonly Cause[] {
  const field = `${place.at}.x-kubernetes-validations[${index}]`;
  const { rule } = compiled;
  const { program, usesOldSelf } = compiled;
  const { message = "", reason } = rule;
  if (rule.rule.trim() === "") return [cause.required(`${field}.rule`, "rule is not specified")];
  return [
    ...when(
      message !== "" && message.trim() === "",
      cause.invalid(`${field}.message`, message, "message must be non-empty if specified"),
    ),
    ...when(
      message.includes("\n"),
      cause.invalid(`${field}.message`, message, "message must not contain line breaks"),
    ),
    ...when(
      rule.rule.includes("\n") && message === "",
      cause.required(`${field}.message`, "message must be specified if rule contains line breaks"),
    ),
    ...when(
      reason !== undefined && !reasons.includes(reason),
      cause.notSupported(`${field}.reason`, reason, reasons),
    ),
    ...validateFieldPath(rule, schema, `${field}.fieldPath`),
    ...(isCelError(program)
      ? [cause.invalid(`${field}.rule`, rule.rule, `compilation failed: ${program.message}`)]
      : []),
    ...validateMessageExpression(compiled, `${field}.messageExpression`),
    ...(usesOldSelf && place.uncorrelatable !== undefined
      ? [
          cause.invalid(
            `${field}.rule`,
            rule.rule,
            `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`,
          ),
        ]
      : []),
    ...when(
      rule.optionalOldSelf === true && !usesOldSelf && !isCelError(program),
      cause.invalid(`${field}.optionalOldSelf`, true, "may not be set if oldSelf is not used in rule"),
    ),
  ];
}

function validateMessageExpression({ rule, message }: CompiledRule, field: string): readonly Cause[] {
  const { messageExpression = "" } = rule;
  if (messageExpression !== "" && messageExpression.trim() === "")
    return [cause.required(field, "messageExpression must be non-empty if specified")];
  return isCelError(message)
    ? [cause.invalid(field, messageExpression, `messageExpression compilation failed: ${message.message}`)]
    : [];
}

function validateFieldPath(
  { fieldPath }: ValidationRule,
  schema: JsonSchema,
  field: string,
): readonly Cause[] {
  if (fieldPath === undefined || fieldPath === "") return [];
  const steps = parseJsonPath(fieldPath)?.steps;
  const names = (steps ?? []).flatMap((step) => (step.is === "field" ? [step.name] : []));
  let found: JsonSchema | undefined = schema;
  for (const name of names) found = found === undefined ? undefined : memberOf(found, name);
  const isRight =
    /^[.[]/.test(fieldPath) && steps !== undefined && names.length === steps.length && found !== undefined;
  return when(
    !isRight,
    cause.invalid(
      field,
      fieldPath,
      `fieldPath must be a valid path: invalid path ${JSON.stringify(fieldPath)}`,
    ),
  );
}
