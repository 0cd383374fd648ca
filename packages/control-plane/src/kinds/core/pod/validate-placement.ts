/** The rules of where a pod wants to be: node affinity and topology spread. Pure. */
import type { Affinity, NodeSelectorRequirement, NodeSelectorTerm } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";

const operators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
const whenUnsatisfiable = ["DoNotSchedule", "ScheduleAnyway"];

interface SpreadConstraint {
  readonly maxSkew?: number;
  readonly topologyKey?: string;
  readonly whenUnsatisfiable?: string;
}

export function validateAffinity(affinity: Received<Affinity> | undefined, field: string): readonly Cause[] {
  const {
    requiredDuringSchedulingIgnoredDuringExecution: required,
    preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
  } = affinity?.nodeAffinity ?? {};
  const at = `${field}.nodeAffinity`;
  const terms = required?.nodeSelectorTerms ?? [];
  const termsField = `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
  const preferredField = `${at}.preferredDuringSchedulingIgnoredDuringExecution`;
  return [
    ...(required !== undefined && terms.length === 0
      ? [cause.required(termsField, "must have at least one node selector term")]
      : []),
    ...terms.flatMap((term, i) => validateTerm(term, `${termsField}[${i}]`)),
    ...preferred.flatMap(({ weight = 0, preference = {} }, i) => [
      ...(weight < 1 || weight > 100
        ? [cause.invalid(`${preferredField}[${i}].weight`, weight, "must be in the range 1-100")]
        : []),
      ...validateTerm(preference, `${preferredField}[${i}].preference`),
    ]),
  ];
}

const validateTerm = (
  { matchExpressions = [], matchFields = [] }: Received<NodeSelectorTerm>,
  field: string,
): readonly Cause[] => [
  ...matchExpressions.flatMap((expression, i) =>
    validateExpression(expression, `${field}.matchExpressions[${i}]`),
  ),
  ...matchFields.flatMap((expression, i) =>
    expression.key === "metadata.name"
      ? []
      : [
          cause.invalid(
            `${field}.matchFields[${i}].key`,
            expression.key ?? "",
            "not a valid field selector key",
          ),
        ],
  ),
];

function validateExpression(expression: Received<NodeSelectorRequirement>, field: string): readonly Cause[] {
  const { key = "", operator = "", values = [] } = expression;
  const wrongKey = qualifiedName(key);
  return [
    ...(wrongKey === undefined ? [] : [cause.invalid(`${field}.key`, key, wrongKey)]),
    ...(operators.includes(operator)
      ? validateValues(operator, values, field)
      : [cause.invalid(`${field}.operator`, operator, "not a valid selector operator")]),
  ];
}

function validateValues(operator: string, values: readonly string[], field: string): readonly Cause[] {
  switch (operator) {
    case "In":
    case "NotIn":
      return values.length > 0
        ? []
        : [cause.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case "Gt":
    case "Lt":
      return values.length === 1
        ? []
        : [
            cause.required(
              `${field}.values`,
              "must be specified single value when `operator` is 'Lt' or 'Gt'",
            ),
          ];
    default:
      return values.length === 0
        ? []
        : [
            cause.forbidden(
              `${field}.values`,
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
          ];
  }
}

export function validateSpread(constraints: readonly unknown[], field: string): readonly Cause[] {
  return (constraints as readonly SpreadConstraint[]).flatMap((constraint, i) => {
    const { maxSkew = 0, topologyKey = "", whenUnsatisfiable: when = "" } = constraint;
    return [
      ...(maxSkew > 0 ? [] : [cause.invalid(`${field}[${i}].maxSkew`, maxSkew, "must be greater than zero")]),
      ...(topologyKey === "" ? [cause.required(`${field}[${i}].topologyKey`, "can not be empty")] : []),
      ...(whenUnsatisfiable.includes(when)
        ? []
        : [cause.notSupported(`${field}[${i}].whenUnsatisfiable`, when, whenUnsatisfiable)]),
    ];
  });
}
