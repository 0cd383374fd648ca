/**
 * Asks the rules of a schema (`x-kubernetes-validations`) whether an object may be, or may become what it is to be.
 * Pure; all rules of one object share one budget.
 */
import type { ValidationRule } from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { isSame } from "../api/same.ts";
import {
  celLimits,
  celValue,
  CelOptional,
  isCelError,
  makeMeter,
  type CelError,
  type CelReady,
  type Meter,
} from "../cel/cel.ts";
import { fromJson } from "../cel/from-json.ts";
import { cause } from "../kinds/causes.ts";
import { formerItem } from "./former.ts";
import { rulesAt, typeAt, type CompiledRule } from "./rules.ts";
import { childPath, isObject, memberOf, type JsonSchema } from "./schema.ts";

interface Place {
  readonly path: string;
  /** Undefined: there was nothing, or nobody can tell what it was. */
  readonly former: unknown;
  readonly isRoot: boolean;
  readonly meter: Meter;
}

/** `former`: the object as it was, for updates. */
export function validateRules(object: unknown, schema: JsonSchema, former?: unknown): readonly Cause[] {
  return asked(object, schema, {
    path: "",
    former,
    isRoot: true,
    meter: makeMeter(celLimits.runtimeCostMax),
  });
}

function asked(value: unknown, schema: JsonSchema, place: Place): readonly Cause[] {
  if (value === null || value === undefined) return [];
  const own = askedHere(value, schema, place);
  if (place.meter.left <= 0) return own;
  return [...own, ...askedBelow(value, schema, place)];
}

function askedBelow(value: unknown, schema: JsonSchema, place: Place): readonly Cause[] {
  const inner = { ...place, isRoot: false };
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    return value.flatMap((item: unknown, at) => {
      const former = formerItem(item, schema, place.former);
      return asked(item, items, { ...inner, path: `${place.path}[${at}]`, former });
    });
  }
  if (!isObject(value)) return [];
  const formerObject = isObject(place.former) ? place.former : {};
  return Object.entries(value).flatMap(([name, member]) => {
    const own = memberOf(schema, name);
    const former = formerObject[name];
    return own === undefined
      ? []
      : asked(member, own, { ...inner, path: childPath(place.path, name), former });
  });
}

function askedHere(value: unknown, schema: JsonSchema, place: Place): readonly Cause[] {
  const rules = rulesAt(schema, place.isRoot);
  if (rules.length === 0) return [];
  const typeName = schema.type ?? "";
  try {
    return askedAll(rules, valuesOf(value, schema, place), { value, typeName, place });
  } catch (error) {
    if (isCelError(error)) return [cause.invalid(fieldOf(place.path), typeName, error.message)];
    throw error;
  }
}

interface Values {
  readonly self: CelReady;
  readonly oldSelf: CelReady | undefined;
}

function valuesOf(value: unknown, schema: JsonSchema, { former, isRoot }: Place): Values {
  const type = typeAt(schema, isRoot);
  const isKnown = former !== undefined && former !== null;
  return {
    self: celValue(fromJson(value, type)),
    oldSelf: isKnown ? celValue(fromJson(former, type)) : undefined,
  };
}

interface Concern {
  readonly value: unknown;
  readonly typeName: string;
  readonly place: Place;
}

function askedAll(rules: readonly CompiledRule[], values: Values, concern: Concern): readonly Cause[] {
  const { meter, former } = concern.place;
  const isUnchanged = former !== undefined && isSame(concern.value, former);
  const causes: Cause[] = [];
  for (const rule of rules) {
    if (rule.usesOldSelf && values.oldSelf === undefined && rule.rule.optionalOldSelf !== true) continue;
    const found = askedOne(rule, values, concern);
    // What was wrong before and is unchanged is let pass.
    if (found !== undefined && (rule.usesOldSelf || !isUnchanged)) causes.push(found);
    if (meter.left <= 0) {
      meter.left = 0;
      const why =
        "validation failed due to running out of cost budget, no further validation rules will be run";
      return [...causes, cause.invalid(fieldOf(concern.place.path), concern.typeName, why)];
    }
  }
  return causes;
}

function askedOne(compiled: CompiledRule, { self, oldSelf }: Values, concern: Concern): Cause | undefined {
  const { rule, program, message } = compiled;
  const { place, typeName } = concern;
  const field = fieldOf(place.path);
  if (isCelError(program)) return cause.invalid(field, typeName, `rule compile error: ${program.message}`);
  const variables = {
    self,
    oldSelf: rule.optionalOldSelf === true ? celValue(new CelOptional(oldSelf?.value)) : oldSelf,
  };
  const outcome = program.evaluate(variables, place.meter);
  if ("error" in outcome) return cause.invalid(field, typeName, failureText(outcome.error, rule));
  if (outcome.value === true) return undefined;
  const path = `${place.path}${rulePath(rule.fieldPath ?? "")}`.replace(/^\./, "");
  const told =
    message === undefined || isCelError(message) ? undefined : message.evaluate(variables, place.meter);
  const text = told !== undefined && "value" in told ? usableMessage(told.value) : undefined;
  return causeFor(rule.reason, fieldOf(path), typeName, text ?? defaultMessage(rule));
}

const fieldOf = (path: string): string => (path === "" ? "<nil>" : path);

function failureText({ kind, message }: CelError, rule: ValidationRule): string {
  const text = (rule.message ?? "") === "" ? rule.rule.trim() : (rule.message ?? "").trim();
  if (message.startsWith("no such overload"))
    return `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${text}`;
  if (kind === "cost")
    return `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${text}`;
  return `${message} evaluating rule: ${text}`;
}

const defaultMessage = ({ message = "", rule }: ValidationRule): string =>
  message === "" ? `failed rule: ${rule.trim()}` : message.trim();

const messageLengthMax = 5_000;

/** What an expression says, unless nobody could read it. */
function usableMessage(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return text === "" || text.includes("\n") || text.length > messageLengthMax ? undefined : text;
}

/** `.a.b['c.d']` as it is shown: `.a.b[c.d]`. */
const rulePath = (path: string): string => path.replaceAll(/\['([^']*)'\]/g, (_, key: string) => `[${key}]`);

function causeFor(reason: string | undefined, field: string, value: string, text: string): Cause {
  switch (reason) {
    case "FieldValueForbidden":
      return cause.forbidden(field, text);
    case "FieldValueRequired":
      return cause.required(field, text);
    case "FieldValueDuplicate":
      return cause.duplicate(field, value);
    default:
      return cause.invalid(field, value, text);
  }
}
