/** The rules of Role and ClusterRole, held against Kubernetes' own rules for them. Pure. */
import type { ClusterRole, PolicyRule, Role } from "@kubus/shared/api/rbac.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../causes.ts";
import type { Received } from "../received.ts";
import { validateLabelSelector } from "../label-selector.ts";

export const validateRole = (role: Role): readonly Cause[] => validateRules(role, true);

export function validateClusterRole(role: ClusterRole): readonly Cause[] {
  const { aggregationRule } = role as Received<ClusterRole>;
  const selectors = aggregationRule?.clusterRoleSelectors ?? [];
  const field = "aggregationRule.clusterRoleSelectors";
  const missing = "at least one clusterRoleSelector required if aggregationRule is non-nil";
  return [
    ...validateRules(role, false),
    ...(aggregationRule !== undefined && selectors.length === 0 ? [cause.required(field, missing)] : []),
    ...selectors.flatMap((selector, i) => validateLabelSelector(selector, `${field}[${i}]`)),
  ];
}

const validateRules = (role: Role, isNamespaced: boolean): readonly Cause[] =>
  ((role as Received<Role>).rules ?? []).flatMap((rule, i) =>
    validateRule(rule, isNamespaced, `rules[${i}]`),
  );

function validateRule(rule: Received<PolicyRule>, isNamespaced: boolean, field: string): readonly Cause[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const causes: Cause[] = [];
  if (verbs.length === 0)
    causes.push(cause.required(`${field}.verbs`, "verbs must contain at least one value"));
  if (nonResourceURLs.length > 0) {
    const refuse = (why: string) =>
      causes.push(cause.invalid(`${field}.nonResourceURLs`, nonResourceURLs, why));
    if (isNamespaced) refuse("namespaced rules cannot apply to non-resource URLs");
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0)
      refuse("rules cannot apply to both regular resources and non-resource URLs");
    return causes;
  }
  if (apiGroups.length === 0)
    causes.push(cause.required(`${field}.apiGroups`, "resource rules must supply at least one api group"));
  if (resources.length === 0)
    causes.push(cause.required(`${field}.resources`, "resource rules must supply at least one resource"));
  return causes;
}
