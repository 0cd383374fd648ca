/**
 * Why a field was refused, in Kubernetes' words (apimachinery `util/validation/field`), and the refusal made of it.
 *
 * People and scripts match on these texts, so they are not paraphrased.
 */
import { Refusal, type Cause } from "@kubus/shared/errors/codes.ts";
import type { Kind } from "./kind.ts";

export const cause = {
  required: (field: string, detail?: string): Cause => ({
    reason: "FieldValueRequired",
    message: withDetail("Required value", detail),
    field,
  }),
  invalid: (field: string, value: unknown, detail: string): Cause => ({
    reason: "FieldValueInvalid",
    message: `Invalid value: ${shown(value)}: ${detail}`,
    field,
  }),
  notSupported: (field: string, value: unknown, supported: readonly string[]): Cause => ({
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${shown(value)}: supported values: ${[...supported].sort().map(shown).join(", ")}`,
    field,
  }),
  duplicate: (field: string, value: unknown): Cause => ({
    reason: "FieldValueDuplicate",
    message: `Duplicate value: ${shown(value)}`,
    field,
  }),
  forbidden: (field: string, detail: string): Cause => ({
    reason: "FieldValueForbidden",
    message: `Forbidden: ${detail}`,
    field,
  }),
  notFound: (field: string, value: unknown): Cause => ({
    reason: "FieldValueNotFound",
    message: `Not found: ${shown(value)}`,
    field,
  }),
  tooLong: (field: string, bytesMax: number): Cause => ({
    reason: "FieldValueTooLong",
    message: `Too long: may not be more than ${bytesMax} bytes`,
    field,
  }),
} as const;

/** The 422 that a client sees when `causes` is not empty. Named after the object, as kubectl prints it. */
export function invalidObject(
  { group, kind }: Pick<Kind, "group" | "kind">,
  name: string,
  causes: readonly Cause[],
): Refusal {
  const texts = [
    ...new Set(causes.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`))),
  ];
  const list = texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
  const qualified = group === "" ? kind : `${kind}.${group}`;
  return new Refusal("invalid", `${qualified} ${JSON.stringify(name)} is invalid: ${list}`, {
    name,
    group,
    kind,
    causes,
  });
}

const withDetail = (text: string, detail: string | undefined) =>
  detail === undefined ? text : `${text}: ${detail}`;

const shown = (value: unknown): string => (value === undefined ? "null" : JSON.stringify(value));
