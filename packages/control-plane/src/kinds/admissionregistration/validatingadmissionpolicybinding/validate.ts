/** The rules of bindings of policies. Pure. */
import type { ParamRef, ValidatingAdmissionPolicyBinding } from "@kubus/shared/api/admissionregistration.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain, pathSegmentName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checkedIfSaid, checkedName, each, validateChoice, when } from "../../rules.ts";
import { validateMatchResources, validateSelectorIfSaid } from "../validate-rules.ts";

const actions = ["Audit", "Deny", "Warn"];

export const validateBinding = ({
  spec = {},
}: Received<ValidatingAdmissionPolicyBinding>): readonly Cause[] => [
  ...checkedName(dnsSubdomain, spec.policyName, "spec.policyName"),
  ...(spec.paramRef === undefined ? [] : validateParamRef(spec.paramRef, "spec.paramRef")),
  ...(spec.matchResources === undefined
    ? []
    : validateMatchResources(spec.matchResources, "spec.matchResources")),
  ...validateActions(spec.validationActions ?? [], "spec.validationActions"),
];

function validateParamRef(
  { name = "", namespace, selector, parameterNotFoundAction = "" }: Received<ParamRef>,
  field: string,
): readonly Cause[] {
  const hasName = name !== "";
  const both = "name and selector are mutually exclusive";
  return [
    ...when(
      hasName && selector !== undefined,
      cause.forbidden(`${field}.name`, both),
      cause.forbidden(`${field}.selector`, both),
    ),
    ...when(
      !hasName && selector === undefined,
      cause.required(field, "one of name or selector must be specified"),
    ),
    ...checkedIfSaid(pathSegmentName, name, `${field}.name`),
    ...checkedIfSaid(pathSegmentName, namespace, `${field}.namespace`),
    ...validateSelectorIfSaid(selector, `${field}.selector`),
    ...validateChoice(parameterNotFoundAction, ["Allow", "Deny"], `${field}.parameterNotFoundAction`),
  ];
}

function validateActions(list: readonly (string | undefined)[], field: string): readonly Cause[] {
  if (list.length === 0) return [cause.required(field)];
  return [
    ...each(list, field, (action = "", at, i) => [
      ...when(!actions.includes(action), cause.notSupported(at, action, actions)),
      ...when(list.indexOf(action) < i, cause.duplicate(at, action)),
    ]),
    ...when(
      list.includes("Deny") && list.includes("Warn"),
      cause.invalid(
        field,
        list,
        "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)",
      ),
    ),
  ];
}
