/**
 * Whether one set of rules grants everything that another one grants, and what is missing (Kubernetes' rule of
 * escalation). Pure.
 */
import type { PolicyRule } from "@kubus/shared/api/rbac.ts";

/** The parts of `wanted` that `held` does not cover, each with one verb and one resource or path. */
export const missingFrom = (
  held: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] =>
  wanted.flatMap(partsOf).filter((part) => !held.some((rule) => covers(rule, part)));

function partsOf(rule: PolicyRule): readonly PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length === 0 ? [undefined] : resourceNames;
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name) => ({
          apiGroups: [group],
          resources: [resource],
          ...(name === undefined ? {} : { resourceNames: [name] }),
          verbs: [verb],
        })),
      ),
    ),
  );
  const ofPaths = nonResourceURLs.flatMap((url) =>
    verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })),
  );
  return [...ofResources, ...ofPaths];
}

const all = "*";

const holdsAll = (held: readonly string[] = [], wanted: readonly string[] = []): boolean =>
  held.includes(all) || wanted.every((word) => held.includes(word));

function covers(rule: PolicyRule, part: PolicyRule): boolean {
  const names = rule.resourceNames ?? [];
  const isNamed = (part.resourceNames ?? []).length > 0;
  return (
    holdsAll(rule.verbs, part.verbs) &&
    holdsAll(rule.apiGroups, part.apiGroups) &&
    (holdsAll(rule.resources, part.resources) ||
      (part.resources ?? []).every((one) => coversPart(rule, one))) &&
    (part.nonResourceURLs ?? []).every((url) => coversPath(rule, url)) &&
    (names.length === 0 || (isNamed && holdsAll(names, part.resourceNames)))
  );
}

/** `*` followed by a subresource covers that subresource of everything. */
function coversPart({ resources = [] }: PolicyRule, resource: string): boolean {
  const slash = resource.indexOf("/");
  return resources.includes(resource) || (slash >= 0 && resources.includes(`${all}${resource.slice(slash)}`));
}

const coversPath = ({ nonResourceURLs = [] }: PolicyRule, path: string): boolean =>
  nonResourceURLs.some((url) => url === path || (url.endsWith(all) && path.startsWith(url.slice(0, -1))));

/** Rules of the same resource as one with several verbs, as people read them. */
export function compacted(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const byResource = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs]);
    const known = byResource.get(key);
    byResource.set(key, known === undefined ? rule : { ...known, verbs: [...known.verbs, ...rule.verbs] });
  }
  return [...byResource.values()];
}

/** `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}` */
export function describeRule(rule: PolicyRule): string {
  const { apiGroups, resources, nonResourceURLs, resourceNames, verbs } = rule;
  const parts = {
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  };
  return `{${Object.entries(parts)
    .filter(([, words = []]) => words.length > 0)
    .map(([name, words = []]) => `${name}:${quoted(words)}`)
    .join(", ")}}`;
}

/** As Go prints a list of strings. */
export const quoted = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(" ")}]`;
