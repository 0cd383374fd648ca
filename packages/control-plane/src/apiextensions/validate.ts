/**
 * Holds a custom object against its schema, in the words of Kubernetes' own validator. Pure.
 *
 * On an update, what was wrong before and is unchanged is let pass, wherever the former value can be told.
 */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { isSame } from "../api/same.ts";
import { cause } from "../kinds/causes.ts";
import { regexOf } from "../regexp/regex.ts";
import { formerItem } from "./former.ts";
import { hasFormat } from "./formats.ts";
import { childPath, isIntOrString, isObject, memberOf, type JsonSchema } from "./schema.ts";

/** Where the validation stands: the path, and what stood there before. */
export interface Place {
  readonly path: string;
  /** Undefined: nothing did, or nobody can tell. */
  readonly former: unknown;
}

export const rootPlace = (former?: unknown): Place => ({ path: "", former });

export function validateValue(value: unknown, schema: JsonSchema, place: Place): readonly Cause[] {
  if (place.former !== undefined && isSame(value, place.former)) return [];
  const wrongType = validateType(value, schema, place);
  return [
    ...wrongType,
    ...validateAlternatives(value, schema, place),
    ...(wrongType.length > 0 ? [] : validateByType(value, schema, place)),
    ...validateEnum(value, schema, place),
  ];
}

const typeInvalid = ({ path }: Place, given: unknown, wanted: string): Cause => ({
  reason: "FieldValueTypeInvalid",
  message: `Invalid value: ${JSON.stringify(given)}: ${path} in body must be of type ${wanted}: ${JSON.stringify(given)}`,
  field: path,
});

const invalid = ({ path }: Place, value: unknown, rule: string): Cause =>
  cause.invalid(path, value, `${path} in body ${rule}`);

/** The type of a value, as JSON schema names it. */
function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "number" ? (Number.isInteger(value) ? "integer" : "number") : typeof value;
}

function validateType(value: unknown, schema: JsonSchema, place: Place): readonly Cause[] {
  const given = typeOf(value);
  if (given === "null" && schema.nullable === true) return [];
  if (isIntOrString(schema))
    return given === "integer" || given === "string" ? [] : [typeInvalid(place, given, "integer,string")];
  const { type } = schema;
  if (type === undefined || type === "" || type === given) return [];
  return type === "number" && given === "integer" ? [] : [typeInvalid(place, given, type)];
}

function validateEnum(
  value: unknown,
  { enum: choices, nullable }: JsonSchema,
  { path }: Place,
): readonly Cause[] {
  if (choices === undefined || (value === null && nullable === true)) return [];
  if (choices.some((choice) => isSame(choice, value))) return [];
  const texts = choices.map((choice) =>
    JSON.stringify(typeof choice === "string" ? choice : JSON.stringify(choice)),
  );
  return [
    {
      reason: "FieldValueNotSupported",
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${texts.join(", ")}`,
      field: path,
    },
  ];
}

function validateByType(value: unknown, schema: JsonSchema, place: Place): readonly Cause[] {
  if (typeof value === "string") return validateText(value, schema, place);
  if (typeof value === "number") return validateNumber(value, schema, place);
  if (Array.isArray(value)) return validateList(value, schema, place);
  return isObject(value) ? validateObject(value, schema, place) : [];
}

function validateText(text: string, schema: JsonSchema, place: Place): readonly Cause[] {
  const { minLength = 0, maxLength, pattern, format } = schema;
  const length = maxLength === undefined && minLength === 0 ? 0 : Array.from(text).length;
  return [
    ...(maxLength !== undefined && length > maxLength ? [cause.tooLong(place.path, maxLength)] : []),
    ...(length < minLength ? [invalid(place, text, `should be at least ${minLength} chars long`)] : []),
    ...(pattern !== undefined && !regexOf(pattern).test(text)
      ? [invalid(place, text, `should match '${pattern}'`)]
      : []),
    ...(format !== undefined && !hasFormat(text, format) ? [typeInvalid(place, text, format)] : []),
  ];
}

const int32Max = 2 ** 31 - 1;

function validateNumber(value: number, schema: JsonSchema, place: Place): readonly Cause[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  const isLow = minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum);
  const isHigh = maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum);
  const isOutside = format === "int32" && (value > int32Max || value < -int32Max - 1);
  const low = exclusiveMinimum === true ? "should be greater than" : "should be greater than or equal to";
  const high = exclusiveMaximum === true ? "should be less than" : "should be less than or equal to";
  return [
    ...(isOutside ? [typeInvalid(place, value, "int32")] : []),
    ...(multipleOf !== undefined && !Number.isInteger(value / multipleOf)
      ? [invalid(place, value, `should be a multiple of ${multipleOf}`)]
      : []),
    ...(isHigh ? [invalid(place, value, `${high} ${maximum}`)] : []),
    ...(isLow ? [invalid(place, value, `${low} ${minimum}`)] : []),
  ];
}

const tooMany = (field: string, count: number, max: number): Cause => ({
  reason: "FieldValueTooMany",
  message: `Too many: ${count}: must have at most ${max} items`,
  field,
});

function validateList(list: readonly unknown[], schema: JsonSchema, place: Place): readonly Cause[] {
  const { items, minItems = 0, maxItems } = schema;
  return [
    ...(list.length < minItems
      ? [invalid(place, list.length, `should have at least ${minItems} items`)]
      : []),
    ...(maxItems !== undefined && list.length > maxItems ? [tooMany(place.path, list.length, maxItems)] : []),
    ...(items === undefined
      ? []
      : list.flatMap((item, at) => {
          const former = formerItem(item, schema, place.former);
          return validateValue(item, items, { path: `${place.path}[${at}]`, former });
        })),
  ];
}

function validateObject(
  object: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  place: Place,
): readonly Cause[] {
  const { required = [], minProperties = 0, maxProperties } = schema;
  const count = Object.keys(object).length;
  const former = isObject(place.former) ? place.former : {};
  return [
    ...(count < minProperties
      ? [invalid(place, count, `should have at least ${minProperties} properties`)]
      : []),
    ...(maxProperties !== undefined && count > maxProperties
      ? [tooMany(place.path, count, maxProperties)]
      : []),
    ...Object.entries(object).flatMap(([name, member]) => {
      const own = memberOf(schema, name);
      const path = childPath(place.path, name);
      return own === undefined ? [] : validateValue(member, own, { path, former: former[name] });
    }),
    ...required
      .filter((name) => object[name] === undefined)
      .map((name) => cause.required(childPath(place.path, name))),
  ];
}

/** Has no field of its own: Kubernetes names the place in the text. */
const composite = (message: string): Cause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: "": ${message}`,
  field: "<nil>",
});

function validateAlternatives(value: unknown, schema: JsonSchema, place: Place): readonly Cause[] {
  const { allOf = [], anyOf = [], oneOf = [], not } = schema;
  const name = JSON.stringify(place.path);
  const failuresOf = (parts: readonly JsonSchema[]) => parts.map((part) => validateValue(value, part, place));
  const [all, any, one] = [failuresOf(allOf), failuresOf(anyOf), failuresOf(oneOf)];
  const validOnes = one.filter(({ length }) => length === 0).length;
  const found = validOnes === 0 ? "Found none valid" : `Found ${validOnes} valid alternatives`;
  return [
    ...(any.length > 0 && !any.some(({ length }) => length === 0)
      ? [composite(`${name} must validate at least one schema (anyOf)`), ...closest(any)]
      : []),
    ...(one.length > 0 && validOnes !== 1
      ? [
          composite(`${name} must validate one and only one schema (oneOf). ${found}`),
          ...(validOnes === 0 ? closest(one) : []),
        ]
      : []),
    ...(all.some(({ length }) => length > 0)
      ? [
          ...all.flat(),
          composite(
            `${name} must validate all the schemas (allOf)${all.every(({ length }) => length > 0) ? ". None validated" : ""}`,
          ),
        ]
      : []),
    ...(not !== undefined && validateValue(value, not, place).length === 0
      ? [composite(`${name} must not validate the schema (not)`)]
      : []),
  ];
}

/** What the alternative that comes closest says is wrong. */
const closest = (failures: readonly (readonly Cause[])[]): readonly Cause[] =>
  failures.reduce((best, one) => (one.length < best.length ? one : best));
