/** The rules of selectors of nodes, in pods and in volumes (core validation). Pure. */
import type { NodeSelectorRequirement, NodeSelectorTerm } from "@kubus/shared/api/affinity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain, labelValue, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, each, when } from "../../rules.ts";

export interface NodeSelector {
  readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
}

export function validateNodeSelector(
  { nodeSelectorTerms: terms = [] }: Received<NodeSelector>,
  field: string,
): readonly Cause[] {
  const at = `${field}.nodeSelectorTerms`;
  if (terms.length === 0) return [cause.required(at, "must have at least one node selector term")];
  return each(terms, at, (term, termAt) => validateNodeSelectorTerm(term, termAt, labelValue));
}

/** `valueRule`: how values must look; of preferences Kubernetes does not ask. */
export const validateNodeSelectorTerm = (
  { matchExpressions, matchFields }: Received<NodeSelectorTerm>,
  field: string,
  valueRule: (value: string) => string | undefined = () => undefined,
): readonly Cause[] => [
  ...each(matchExpressions, `${field}.matchExpressions`, (requirement, at) =>
    validateRequirement(requirement, at, valueRule),
  ),
  ...each(matchFields, `${field}.matchFields`, validateFieldRequirement),
];

function validateRequirement(
  { key = "", operator = "", values = [] }: Received<NodeSelectorRequirement>,
  field: string,
  valueRule: (value: string) => string | undefined,
): readonly Cause[] {
  return [
    ...validateOperator(operator, values, field),
    ...checked(qualifiedName, key, `${field}.key`),
    ...each(values, `${field}.values`, (value, at) => checked(valueRule, value, at)),
  ];
}

function validateOperator(operator: string, values: readonly string[], field: string): readonly Cause[] {
  const at = `${field}.values`;
  switch (operator) {
    case "In":
    case "NotIn":
      return when(
        values.length === 0,
        cause.required(at, "must be specified when `operator` is 'In' or 'NotIn'"),
      );
    case "Exists":
    case "DoesNotExist":
      return when(
        values.length > 0,
        cause.forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      );
    case "Gt":
    case "Lt":
      return when(
        values.length !== 1,
        cause.required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"),
      );
    default:
      return [cause.invalid(`${field}.operator`, operator, "not a valid selector operator")];
  }
}

/** Of its fields, a node can only be chosen by its name. */
function validateFieldRequirement(
  { key = "", operator = "", values = [] }: Received<NodeSelectorRequirement>,
  field: string,
): readonly Cause[] {
  const isKnown = operator === "In" || operator === "NotIn";
  return [
    ...when(
      isKnown && values.length !== 1,
      cause.required(
        `${field}.values`,
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      ),
    ),
    ...when(!isKnown, cause.invalid(`${field}.operator`, operator, "not a valid selector operator")),
    ...(key === "metadata.name"
      ? each(values, `${field}.values`, (value, at) => checked(dnsSubdomain, value, at))
      : [cause.invalid(`${field}.key`, key, "not a valid field selector key")]),
  ];
}
