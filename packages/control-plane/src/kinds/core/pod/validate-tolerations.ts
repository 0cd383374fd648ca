/** The rules of tolerations (core validation). Pure. */
import type { Toleration } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { labelValue, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, checkedIfSaid, each, validateChoice, when } from "../../rules.ts";

export const taintEffects = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

export const validateTolerations = (
  tolerations: readonly Received<Toleration>[] | undefined,
  field: string,
): readonly Cause[] => each(tolerations, field, validateToleration);

/** Also of classes of runtimes. */
export function validateToleration(toleration: Received<Toleration>, field: string): readonly Cause[] {
  const { key = "", operator = "", effect = "", tolerationSeconds } = toleration;
  return [
    ...checkedIfSaid(qualifiedName, key, `${field}.key`),
    ...when(
      key === "" && operator !== "Exists",
      cause.invalid(
        `${field}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    ),
    ...when(
      tolerationSeconds !== undefined && effect !== "NoExecute",
      cause.invalid(`${field}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
    ),
    ...validateOperator(toleration, `${field}.operator`),
    ...(effect === "" ? [] : validateChoice(effect, taintEffects, `${field}.effect`)),
  ];
}

function validateOperator(
  { operator = "", value = "" }: Received<Toleration>,
  field: string,
): readonly Cause[] {
  if (operator === "" || operator === "Equal") return checked(labelValue, value, field);
  if (operator !== "Exists") return [cause.notSupported(field, operator, ["Equal", "Exists"])];
  return when(value !== "", cause.invalid(field, value, "value must be empty when `operator` is 'Exists'"));
}
