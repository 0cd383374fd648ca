/**
 * `allOf`, `anyOf`, `oneOf` and `not` only say which values are right: what may stand where is said outside of them.
 * Pure.
 */
import type { JsonSchema } from "@kubus/shared/api/apiextensions.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { isIntOrString } from "../../../apiextensions/schema.ts";
import { isSame } from "../../../api/same.ts";
import { cause } from "../../causes.ts";
import { validateMembers } from "./validate-members.ts";

/** A schema inside of a junctor, with its place and what stands at the same place outside. */
interface Inner {
  readonly schema: JsonSchema;
  readonly at: string;
  readonly outer: JsonSchema | undefined;
  readonly outerAt: string;
  readonly mayHaveType: boolean;
}

export function validateJunctors(schema: JsonSchema, at: string): readonly Cause[] {
  return innerOf(schema, at).flatMap(({ schema: inner, at: place, mayHaveType }) =>
    validateInner({ schema: inner, at: place, outer: schema, outerAt: at, mayHaveType }),
  );
}

function innerOf(schema: JsonSchema, at: string) {
  const { allOf = [], anyOf = [], oneOf = [], not } = schema;
  const anyTypes = isIntOrString(schema) && isIntOrStringPattern(anyOf);
  return [
    ...allOf.map((inner, index) => ({
      schema: inner,
      at: `${at}.allOf[${index}]`,
      mayHaveType: isIntOrString(schema) && index === 0 && isIntOrStringPattern(inner.anyOf ?? []),
    })),
    ...anyOf.map((inner, index) => ({ schema: inner, at: `${at}.anyOf[${index}]`, mayHaveType: anyTypes })),
    ...oneOf.map((inner, index) => ({ schema: inner, at: `${at}.oneOf[${index}]`, mayHaveType: false })),
    ...(not === undefined ? [] : [{ schema: not, at: `${at}.not`, mayHaveType: false }]),
  ];
}

/** The one way in which a junctor may speak of types. */
const isIntOrStringPattern = (parts: readonly JsonSchema[]): boolean =>
  isSame(parts, [{ type: "integer" }, { type: "string" }]);

/** Fields that say what may stand somewhere, and how their absence is called. */
const structural: Readonly<Record<string, string>> = {
  type: "must be empty to be structural",
  title: "must be empty to be structural",
  description: "must be empty to be structural",
  default: "must be undefined to be structural",
  nullable: "must be false to be structural",
  additionalProperties: "must be undefined to be structural",
  "x-kubernetes-preserve-unknown-fields": "must be false to be structural",
  "x-kubernetes-embedded-resource": "must be false to be structural",
  "x-kubernetes-int-or-string": "must be false to be structural",
  "x-kubernetes-list-type": "must be undefined to be structural",
  "x-kubernetes-list-map-keys": "must be empty to be structural",
  "x-kubernetes-map-type": "must be undefined to be structural",
  "x-kubernetes-validations": "must be empty to be structural",
};

function validateInner({ schema, at, outer, outerAt, mayHaveType }: Inner): readonly Cause[] {
  const given = schema as Readonly<Record<string, unknown>>;
  const said = Object.entries(structural).filter(
    ([name]) => isSaid(given[name]) && !(name === "type" && mayHaveType),
  );
  const nested = innerOf(schema, at).map((inner) => ({
    ...inner,
    outer,
    outerAt,
    mayHaveType: inner.mayHaveType || mayHaveType,
  }));
  return [
    ...said.map(([name, why]) => cause.forbidden(`${at}.${name}`, why)),
    ...validateMembers(schema, at),
    ...nested.flatMap(validateInner),
    ...validateItems({ schema, at, outer, outerAt, mayHaveType }),
    ...validateProperties({ schema, at, outer, outerAt, mayHaveType }),
  ];
}

const isSaid = (value: unknown): boolean =>
  value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0);

function validateItems({ schema, at, outer, outerAt }: Inner): readonly Cause[] {
  const { items } = schema;
  if (items === undefined) return [];
  if (outer?.items === undefined)
    return [cause.required(`${outerAt}.items`, `because it is defined in ${at}.items`)];
  return validateInner({
    ...{ schema: items, at: `${at}.items`, outer: outer.items, outerAt: `${outerAt}.items` },
    mayHaveType: false,
  });
}

function validateProperties({ schema, at, outer, outerAt }: Inner): readonly Cause[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const place = `${at}.properties[${name}]`;
    const outerPlace = `${outerAt}.properties[${name}]`;
    const outerProperty = outer?.properties?.[name];
    if (outerProperty === undefined) {
      const values = outer?.additionalProperties;
      if (typeof values !== "object")
        return [cause.required(outerPlace, `because it is defined in ${place}`)];
      return validateInner({
        ...{ schema: property, at: place, outer: values, outerAt: `${outerAt}.additionalProperties` },
        mayHaveType: false,
      });
    }
    return validateInner({
      ...{ schema: property, at: place, outer: outerProperty, outerAt: outerPlace },
      mayHaveType: false,
    });
  });
}
