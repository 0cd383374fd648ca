/**
 * Why a field was refused, in Kubernetes' words (apimachinery `util/validation/field`).
 *
 * People and scripts match on these texts, so they are not paraphrased.
 */
import type { Cause } from "@kubus/shared/errors/codes.ts";

export const cause = {
  required: (field: string, detail?: string): Cause => ({
    reason: "FieldValueRequired",
    message: withDetail("Required value", detail),
    field,
  }),
  invalid: (field: string, value: unknown, detail: string): Cause => ({
    reason: "FieldValueInvalid",
    message: detail === "" ? `Invalid value: ${shown(value)}` : `Invalid value: ${shown(value)}: ${detail}`,
    field,
  }),
  /** As `invalid`, where the value is too much to be told again. */
  invalidWhole: (field: string, detail: string): Cause => ({
    reason: "FieldValueInvalid",
    message: `Invalid value: ${detail}`,
    field,
  }),
  notSupported: (field: string, value: unknown, supported: readonly string[]): Cause => ({
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${shown(value)}: supported values: ${[...supported].sort().map(shown).join(", ")}`,
    field,
  }),
  /** As `notSupported`, with the words in the order that Kubernetes tells them in. */
  notSupportedInOrder: (field: string, value: unknown, supported: readonly string[]): Cause => ({
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(", ")}`,
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
  tooMany: (field: string, items: number, itemsMax: number): Cause => ({
    reason: "FieldValueTooMany",
    message: `Too many: ${items}: must have at most ${itemsMax} items`,
    field,
  }),
} as const;

const withDetail = (text: string, detail: string | undefined) =>
  detail === undefined ? text : `${text}: ${detail}`;

const shown = (value: unknown): string => (value === undefined ? "null" : JSON.stringify(value));
