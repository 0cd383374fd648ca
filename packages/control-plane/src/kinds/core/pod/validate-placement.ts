/** The rules of where a pod wants to be: near nodes and pods, and spread over them (core validation). Pure. */
import type { Affinity, PodAffinity, PodAffinityTerm } from "@kubus/shared/api/affinity.ts";
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { validateLabelSelector } from "../../label-selector.ts";
import type { Received } from "../../received.ts";
import { checked, each, when } from "../../rules.ts";
import { validateNodeSelector, validateNodeSelectorTerm } from "./validate-node-selector.ts";

const required = "requiredDuringSchedulingIgnoredDuringExecution";
const preferred = "preferredDuringSchedulingIgnoredDuringExecution";

export function validateAffinity(affinity: Received<Affinity> | undefined, field: string): readonly Cause[] {
  const { nodeAffinity: nodes, podAffinity, podAntiAffinity } = affinity ?? {};
  return [
    ...(nodes?.[required] === undefined
      ? []
      : validateNodeSelector(nodes[required], `${field}.nodeAffinity.${required}`)),
    ...each(nodes?.[preferred], `${field}.nodeAffinity.${preferred}`, ({ weight, preference }, at) => [
      ...validateWeight(weight, `${at}.weight`),
      ...validateNodeSelectorTerm(preference ?? {}, `${at}.preference`),
    ]),
    ...validatePods(podAffinity as Received<PodAffinity> | undefined, `${field}.podAffinity`),
    ...validatePods(podAntiAffinity as Received<PodAffinity> | undefined, `${field}.podAntiAffinity`),
  ];
}

const validateWeight = (weight = 0, field: string): readonly Cause[] =>
  when(weight < 1 || weight > 100, cause.invalid(field, weight, "must be in the range 1-100"));

const validatePods = (affinity: Received<PodAffinity> | undefined, field: string): readonly Cause[] => [
  ...each(affinity?.[required], `${field}.${required}`, validateTerm),
  ...each(affinity?.[preferred], `${field}.${preferred}`, ({ weight, podAffinityTerm }, at) => [
    ...validateWeight(weight, `${at}.weight`),
    ...validateTerm(podAffinityTerm ?? {}, `${at}.podAffinityTerm`),
  ]),
];

function validateTerm(term: Received<PodAffinityTerm>, field: string): readonly Cause[] {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = "" } = term;
  return [
    ...selector(labelSelector, `${field}.labelSelector`),
    ...selector(namespaceSelector, `${field}.namespaceSelector`),
    ...namespaces.flatMap((name) => checked(dnsLabel, name, `${field}.namespace`)),
    ...validateLabelKeys(term, field),
    ...when(topologyKey === "", cause.required(`${field}.topologyKey`, "can not be empty")),
    ...checked(qualifiedName, topologyKey, `${field}.topologyKey`),
  ];
}

const selector = (given: Received<LabelSelector> | undefined, field: string): readonly Cause[] =>
  given === undefined ? [] : validateLabelSelector(given, field);

function validateLabelKeys(term: Received<PodAffinityTerm>, field: string): readonly Cause[] {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const keys = (list: readonly string[], at: string) =>
    list.length > 0 && labelSelector === undefined
      ? [cause.forbidden(at, "must not be specified when labelSelector is not set")]
      : each(list, at, (key, keyAt) => checked(qualifiedName, key, keyAt));
  return [
    ...keys(matchLabelKeys, `${field}.matchLabelKeys`),
    ...keys(mismatchLabelKeys, `${field}.mismatchLabelKeys`),
    ...each(matchLabelKeys, `${field}.matchLabelKeys`, (key, at) =>
      when(
        mismatchLabelKeys.includes(key),
        cause.invalid(at, key, "exists in both matchLabelKeys and mismatchLabelKeys"),
      ),
    ),
  ];
}

/** As a client may send it. */
export interface SpreadConstraint {
  readonly maxSkew?: number;
  readonly minDomains?: number;
  readonly topologyKey?: string;
  readonly whenUnsatisfiable?: string;
  readonly nodeAffinityPolicy?: string;
  readonly nodeTaintsPolicy?: string;
  readonly matchLabelKeys?: readonly string[];
  readonly labelSelector?: Received<LabelSelector>;
}

const actions = ["DoNotSchedule", "ScheduleAnyway"];
const policies = ["Honor", "Ignore"];

export const validateSpread = (constraints: readonly SpreadConstraint[], field: string): readonly Cause[] =>
  each(constraints, field, (constraint, at, index) => {
    const { maxSkew = 0, topologyKey = "", whenUnsatisfiable: action = "" } = constraint;
    const isRepeated = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === action);
    return [
      ...when(maxSkew <= 0, cause.invalid(`${at}.maxSkew`, maxSkew, "must be greater than zero")),
      ...when(topologyKey === "", cause.required(`${at}.topologyKey`, "can not be empty")),
      ...when(!actions.includes(action), cause.notSupported(`${at}.whenUnsatisfiable`, action, actions)),
      ...when(
        isRepeated,
        cause.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${action}}`),
      ),
      ...validateMinDomains(constraint, `${at}.minDomains`),
      ...(["nodeAffinityPolicy", "nodeTaintsPolicy"] as const).flatMap((name) =>
        when(
          constraint[name] !== undefined && !policies.includes(constraint[name]),
          cause.notSupported(`${at}.${name}`, constraint[name], policies),
        ),
      ),
      ...validateSpreadKeys(constraint, `${at}.matchLabelKeys`),
      ...selector(constraint.labelSelector, `${at}.labelSelector`),
    ];
  });

function validateMinDomains(
  { minDomains, whenUnsatisfiable = "" }: SpreadConstraint,
  field: string,
): readonly Cause[] {
  if (minDomains === undefined) return [];
  const only = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
  return [
    ...when(minDomains <= 0, cause.invalid(field, minDomains, "must be greater than zero")),
    ...when(whenUnsatisfiable !== "DoNotSchedule", cause.invalid(field, minDomains, only)),
  ];
}

function validateSpreadKeys(
  { matchLabelKeys = [], labelSelector }: SpreadConstraint,
  field: string,
): readonly Cause[] {
  if (matchLabelKeys.length === 0) return [];
  const { matchLabels, matchExpressions = [] } = labelSelector ?? {};
  const taken = [...Object.keys(matchLabels ?? {}), ...matchExpressions.map(({ key }) => key)];
  return [
    ...when(
      labelSelector === undefined,
      cause.forbidden(field, "must not be specified when labelSelector is not set"),
    ),
    ...each(matchLabelKeys, field, (key, at) => [
      ...checked(qualifiedName, key, at),
      ...when(taken.includes(key), cause.invalid(at, key, "exists in both matchLabelKeys and labelSelector")),
    ]),
  ];
}
