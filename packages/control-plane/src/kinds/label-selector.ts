/** The rules of label selectors, the same wherever one stands (apimachinery validation). Pure. */
import type { LabelSelector, LabelSelectorRequirement } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { labelValue, qualifiedName } from "../api/names.ts";
import { cause } from "./causes.ts";
import { validateLabels } from "./metadata/validate.ts";
import type { Received } from "./received.ts";
import { checked, each, when } from "./rules.ts";

export const validateLabelSelector = (
  { matchLabels, matchExpressions }: Received<LabelSelector>,
  field: string,
): readonly Cause[] => [
  ...validateLabels(matchLabels, `${field}.matchLabels`),
  ...each(matchExpressions, `${field}.matchExpressions`, validateRequirement),
];

function validateRequirement(
  { key = "", operator = "", values = [] }: Received<LabelSelectorRequirement>,
  field: string,
): readonly Cause[] {
  const needsValues = operator === "In" || operator === "NotIn";
  const isKnown = needsValues || operator === "Exists" || operator === "DoesNotExist";
  return [
    ...when(
      needsValues && values.length === 0,
      cause.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
    ),
    ...when(
      isKnown && !needsValues && values.length > 0,
      cause.forbidden(
        `${field}.values`,
        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      ),
    ),
    ...when(!isKnown, cause.invalid(`${field}.operator`, operator, "not a valid selector operator")),
    ...checked(qualifiedName, key, `${field}.key`),
    ...each(values, `${field}.values`, (value, at) => checked(labelValue, value, at)),
  ];
}
