/** The rules of what webhooks and policies are asked about. Pure. */
import type { MatchCondition, MatchResources, NamedRule } from "@kubus/shared/api/admissionregistration.ts";
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { pathSegmentName, qualifiedName } from "../../api/names.ts";
import { cause } from "../causes.ts";
import { validateLabelSelector } from "../label-selector.ts";
import type { Received } from "../received.ts";
import { each, validateChoice, when } from "../rules.ts";
import { compileCondition } from "./cel.ts";

type Rule = Received<NamedRule>;

const operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const scopes = ["*", "Cluster", "Namespaced"];
const failurePolicies = ["Fail", "Ignore"];
const matchPolicies = ["Equivalent", "Exact"];
const conditionsMax = 64;

export const validateRule = (rule: Rule, field: string): readonly Cause[] => [
  ...validateList(
    rule.operations,
    `${field}.operations`,
    "if '*' is present, must not specify other operations",
  ),
  ...each(rule.operations, `${field}.operations`, (operation, at) =>
    when(!operations.includes(operation), cause.notSupported(at, operation, operations)),
  ),
  ...validateList(
    rule.apiGroups,
    `${field}.apiGroups`,
    "if '*' is present, must not specify other API groups",
  ),
  ...validateList(
    rule.apiVersions,
    `${field}.apiVersions`,
    "if '*' is present, must not specify other API versions",
  ),
  ...each(rule.apiVersions, `${field}.apiVersions`, (version, at) =>
    when(version === "", cause.required(at)),
  ),
  ...validateResources(rule.resources ?? [], `${field}.resources`),
  ...when(
    rule.scope !== undefined && !scopes.includes(rule.scope),
    cause.notSupported(`${field}.scope`, rule.scope, scopes),
  ),
];

/** A list that must say something; a star says all. */
function validateList(
  list: readonly (string | undefined)[] | undefined,
  field: string,
  notBesides: string,
): readonly Cause[] {
  const words = list ?? [];
  if (words.length === 0) return [cause.required(field)];
  return when(words.length > 1 && words.includes("*"), cause.invalid(field, words, notBesides));
}

function validateResources(list: readonly (string | undefined)[], field: string): readonly Cause[] {
  if (list.length === 0) return [cause.required(field)];
  const resources = list.map(String);
  const parts = resources.map((resource) => resource.split("/") as [string, string?]);
  const has = (resource: string, sub: string | undefined) =>
    parts.some(([one, other]) => one === resource && other === sub);
  return [
    ...parts.flatMap(([resource, sub], i) => {
      const at = `${field}[${i}]`;
      const text = resources[i] ?? "";
      if (text === "") return [cause.required(at)];
      return [
        ...when(
          sub !== undefined && sub !== "*" && has(resource, "*"),
          cause.invalid(at, text, `if '${resource}/*' is present, must not specify ${text}`),
        ),
        ...when(
          sub !== undefined && resource !== "*" && has("*", sub),
          cause.invalid(at, text, `if '*/${sub ?? ""}' is present, must not specify ${text}`),
        ),
      ];
    }),
    ...when(
      resources.length > 1 && resources.includes("*/*"),
      cause.invalid(field, resources, "if '*/*' is present, must not specify other resources"),
    ),
    ...when(
      has("*", undefined) && parts.some(([resource, sub]) => resource !== "*" && sub === undefined),
      cause.invalid(
        field,
        resources,
        "if '*' is present, must not specify other resources without subresources",
      ),
    ),
  ];
}

export function validateNamedRule(rule: Rule, field: string): readonly Cause[] {
  const names = (rule.resourceNames ?? []).map(String);
  return [
    ...names.flatMap((name, i) => {
      const at = `${field}.resourceNames[${i}]`;
      const wrong = name === "*" ? undefined : pathSegmentName(name);
      return [
        ...(wrong === undefined ? [] : [cause.invalid(at, name, wrong)]),
        ...when(names.indexOf(name) < i, cause.duplicate(at, name)),
      ];
    }),
    ...validateRule(rule, field),
  ];
}

export const validateFailurePolicy = (policy: string | undefined, field: string): readonly Cause[] =>
  validateChoice(policy ?? "", failurePolicies, field);

export const validateMatchPolicy = (policy: string | undefined, field: string): readonly Cause[] =>
  validateChoice(policy ?? "", matchPolicies, field);

export const validateSelectorIfSaid = (
  selector: Received<LabelSelector> | undefined,
  field: string,
): readonly Cause[] => (selector === undefined ? [] : validateLabelSelector(selector, field));

export const validateMatchResources = (match: Received<MatchResources>, field: string): readonly Cause[] => [
  ...validateMatchPolicy(match.matchPolicy, `${field}.matchPolicy`),
  ...validateSelectorIfSaid(match.namespaceSelector, `${field}.namespaceSelector`),
  ...validateSelectorIfSaid(match.objectSelector, `${field}.objectSelector`),
  ...each(match.resourceRules, `${field}.resourceRules`, validateNamedRule),
  ...each(match.excludeResourceRules, `${field}.excludeResourceRules`, validateNamedRule),
];

export function validateMatchConditions(
  conditions: readonly Received<MatchCondition>[] | undefined,
  field: string,
  hasParams: boolean,
): readonly Cause[] {
  const names = (conditions ?? []).map(({ name = "" }) => name);
  return [
    ...when(names.length > conditionsMax, cause.tooMany(field, names.length, conditionsMax)),
    ...each(conditions, field, ({ name = "", expression = "" }, at, i) => [
      ...validateConditionName(name, `${at}.name`),
      ...when(name !== "" && names.indexOf(name) < i, cause.duplicate(`${at}.name`, name)),
      ...(expression.trim() === ""
        ? [cause.required(`${at}.expression`)]
        : compileCondition(expression, hasParams, `${at}.expression`)),
    ]),
  ];
}

function validateConditionName(name: string, field: string): readonly Cause[] {
  if (name === "") return [cause.required(field)];
  const wrong = qualifiedName(name);
  return wrong === undefined ? [] : [cause.invalid(field, name, wrong)];
}
