/** Which objects a quota is about, by its scopes, and what it demands of them. Pure. */
import type { ResourceQuota, ScopedResourceSelectorRequirement } from "@kubus/shared/api/core.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Affinity, PodAffinity } from "@kubus/shared/api/affinity.ts";
import type { Pod, ResourceList } from "@kubus/shared/api/pod.ts";
import { qosClassOf } from "../../../kinds/core/pod/qos.ts";
import { labelQueryOf, matchesLabels } from "../../selectors.ts";
import { amountsOf } from "../amounts.ts";
import { computeUsage, isTakenBy, type Names } from "./usage.ts";

/** The limits that objects of a kind can come up against. */
export const limitedFor = (kind: Names, hard: ResourceList): readonly string[] =>
  Object.keys(hard).filter((resource) => isTakenBy(kind, resource));

/** Scopes choose pods; a quota with scopes is about nothing else. */
export function matchesScopes({ spec }: ResourceQuota, kind: Names, object: KubeObject): boolean {
  const selectors = selectorsOf(spec);
  if (selectors.length === 0) return true;
  if (kind.group !== "" || kind.plural !== "pods") return false;
  return selectors.every((selector) => matchesScope(selector, object as Pod));
}

const selectorsOf = ({
  scopes = [],
  scopeSelector,
}: ResourceQuota["spec"]): readonly ScopedResourceSelectorRequirement[] => [
  ...scopes.map((scopeName) => ({ scopeName, operator: "Exists" as const })),
  ...(scopeSelector?.matchExpressions ?? []),
];

function matchesScope(
  { scopeName, operator, values }: ScopedResourceSelectorRequirement,
  { spec }: Pod,
): boolean {
  switch (scopeName) {
    case "Terminating":
      return spec.activeDeadlineSeconds !== undefined;
    case "NotTerminating":
      return spec.activeDeadlineSeconds === undefined;
    case "BestEffort":
      return qosClassOf(spec) === "BestEffort";
    case "NotBestEffort":
      return qosClassOf(spec) !== "BestEffort";
    case "CrossNamespacePodAffinity":
      return reachesOut(spec.affinity);
    case "PriorityClass": {
      const { priorityClassName: name = "" } = spec;
      const query = labelQueryOf({
        matchExpressions: [{ key: scopeName, operator, ...(values === undefined ? {} : { values }) }],
      });
      return matchesLabels(query, name === "" ? {} : { [scopeName]: name });
    }
    default:
      return false;
  }
}

/** Whether a pod looks at pods of other namespaces to find its place. */
function reachesOut({ podAffinity, podAntiAffinity }: Affinity = {}): boolean {
  const terms = [podAffinity, podAntiAffinity].flatMap((part) => {
    const {
      requiredDuringSchedulingIgnoredDuringExecution: required = [],
      preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
    } = (part ?? {}) as PodAffinity;
    return [...required, ...preferred.map(({ podAffinityTerm }) => podAffinityTerm)];
  });
  return terms.some(
    ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
  );
}

/** What each container must say when it is limited: otherwise one that says nothing would get around the quota. */
const mustBeSaid = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

/** `must specify limits.cpu for: main; limits.memory for: main`, or undefined. */
export function unsaid(kind: Names, object: KubeObject, limited: readonly string[]): string | undefined {
  if (kind.group !== "" || kind.plural !== "pods") return undefined;
  const { spec } = object as Pod;
  const required = limited.filter((resource) => mustBeSaid.includes(resource)).sort();
  const containers = [...spec.containers, ...(spec.initContainers ?? [])].map(({ name, resources }) => ({
    name,
    says: computeUsage(amountsOf(resources?.requests), amountsOf(resources?.limits)),
  }));
  const wholePod = computeUsage(amountsOf(spec.resources?.requests), amountsOf(spec.resources?.limits));
  const missing = required.flatMap((resource) => {
    if (wholePod[resource] !== undefined) return [];
    const silent = containers.filter(({ says }) => says[resource] === undefined).map(({ name }) => name);
    return silent.length === 0 ? [] : [`${resource} for: ${silent.sort().join(",")}`];
  });
  return missing.length === 0 ? undefined : `must specify ${missing.join("; ")}`;
}
