/** The rules of conditions as apimachinery has them (`metav1.Condition`): newer kinds use them in their status. Pure. */
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../api/names.ts";
import { cause } from "./causes.ts";
import type { Received } from "./received.ts";
import { checked, each, when } from "./rules.ts";

const statuses = ["False", "True", "Unknown"];
const reasonRegex = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
const reasonExamples = "'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB'";
const reasonBytesMax = 1024;
const messageBytesMax = 32 * 1024;

export function validateConditions(
  conditions: readonly Received<Condition>[] | undefined,
  field: string,
): readonly Cause[] {
  const types = (conditions ?? []).map(({ type = "" }) => type);
  return each(conditions, field, (condition, at, i) => [
    ...when(types.indexOf(types[i] ?? "") < i, cause.duplicate(`${at}.type`, types[i])),
    ...validateCondition(condition, at),
  ]);
}

function validateCondition(condition: Received<Condition>, at: string): readonly Cause[] {
  const { type = "", status = "", observedGeneration = 0, lastTransitionTime, message = "" } = condition;
  return [
    ...checked(qualifiedName, type, `${at}.type`),
    ...when(!statuses.includes(status), cause.notSupported(`${at}.status`, status, statuses)),
    ...when(
      observedGeneration < 0,
      cause.invalid(`${at}.observedGeneration`, observedGeneration, "must be greater than or equal to zero"),
    ),
    ...when(lastTransitionTime === undefined, cause.required(`${at}.lastTransitionTime`, "must be set")),
    ...validateReason(condition.reason ?? "", `${at}.reason`),
    ...when(message.length > messageBytesMax, cause.tooLong(`${at}.message`, messageBytesMax)),
  ];
}

function validateReason(reason: string, field: string): readonly Cause[] {
  if (reason === "") return [cause.required(field, "must be set")];
  return [
    ...when(
      !new RegExp(`^${reasonRegex}$`).test(reason),
      cause.invalid(
        field,
        reason,
        `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. ${reasonExamples}, regex used for validation is '${reasonRegex}')`,
      ),
    ),
    ...when(reason.length > reasonBytesMax, cause.tooLong(field, reasonBytesMax)),
  ];
}
