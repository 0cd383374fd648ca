/** What this server offers, told in the two forms that clients ask for. Derived from the table of kinds. Pure. */
import type { Kind, Verb } from "../kinds/kind.ts";
import { subresourcesOf } from "./subresources.ts";
import { verbsOf } from "./verbs/index.ts";

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/**
 * The verbs that discovery names. A hidden row has none: clients still find the kind by its name, so that old manifests
 * apply, but `kubectl api-resources` leaves it out.
 */
const toldVerbs = (kind: Kind): readonly Verb[] => (kind.isHidden === true ? [] : verbsOf(kind));

/** Groups in the order of the table, each with its versions. */
export function groupsOf(kinds: readonly Kind[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { group, version } of kinds) {
    const versions = groups.get(group) ?? [];
    if (!versions.includes(version)) versions.push(version);
    groups.set(group, versions);
  }
  return groups;
}

export const groupVersionText = ({ group, version }: GroupVersion): string =>
  group === "" ? version : `${group}/${version}`;

/** GET /api, the legacy form. `address` is where the client reached us. */
export const apiVersions = (kinds: readonly Kind[], address: string) => ({
  kind: "APIVersions",
  versions: groupsOf(kinds).get("") ?? [],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
});

/** One entry of GET /apis, also GET /apis/<group>. */
const apiGroup = (name: string, versions: readonly string[]) => {
  const list = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] };
};

const namedGroups = (kinds: readonly Kind[]) => [...groupsOf(kinds)].filter(([group]) => group !== "");

/** GET /apis, the legacy form. */
export const apiGroupList = (kinds: readonly Kind[]) => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: namedGroups(kinds).map(([name, versions]) => apiGroup(name, versions)),
});

/** GET /apis/<group>, or undefined when there is none. */
export function apiGroupNamed(kinds: readonly Kind[], group: string) {
  const versions = groupsOf(kinds).get(group);
  if (versions === undefined || group === "") return undefined;
  return { kind: "APIGroup", apiVersion: "v1", ...apiGroup(group, versions) };
}

/** GET /api/v1 and /apis/<group>/<version>, or undefined when there is none. */
export function apiResourceList(kinds: readonly Kind[], { group, version }: GroupVersion) {
  const members = kinds.filter((kind) => kind.group === group && kind.version === version);
  if (members.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: groupVersionText({ group, version }),
    resources: members.flatMap(legacyResources),
  };
}

function legacyResources(kind: Kind) {
  const namespaced = kind.scope === "Namespaced";
  const own = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced,
    kind: kind.kind,
    verbs: toldVerbs(kind),
    ...named("shortNames", kind.isHidden === true ? [] : kind.shortNames),
    ...named("categories", kind.isHidden === true ? [] : kind.categories),
  };
  const parts = announced(kind).map(({ name, answers, verbs }) => ({
    name: `${kind.plural}/${name}`,
    singularName: "",
    namespaced,
    ...(answers === undefined || answers.group === ""
      ? {}
      : { group: answers.group, version: answers.version }),
    kind: answers?.kind ?? kind.kind,
    verbs: sorted(verbs),
  }));
  return [own, ...parts];
}

export type AggregatedVersion = "v2" | "v2beta1";

/** GET /api (core) or /apis (the rest) in one document. */
export function aggregated(kinds: readonly Kind[], part: "core" | "named", version: AggregatedVersion) {
  const groups = [...groupsOf(kinds)].filter(([group]) => (group === "") === (part === "core"));
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(([group, versions]) => ({
      metadata: group === "" ? { creationTimestamp: null } : { name: group, creationTimestamp: null },
      versions: versions.map((groupVersion) => ({
        version: groupVersion,
        resources: kinds
          .filter((kind) => kind.group === group && kind.version === groupVersion)
          .map(aggregatedResource),
        freshness: "Current",
      })),
    })),
  };
}

function aggregatedResource(kind: Kind) {
  const { group, version, plural, scope, singular } = kind;
  const own = { group, version, kind: kind.kind };
  const parts = announced(kind).map(({ name, answers = own, verbs }) => ({
    subresource: name,
    responseKind: answers,
    verbs: sorted(verbs),
  }));
  return {
    resource: plural,
    responseKind: own,
    scope,
    singularResource: singular,
    verbs: toldVerbs(kind),
    ...named("shortNames", kind.isHidden === true ? [] : kind.shortNames),
    ...named("categories", kind.isHidden === true ? [] : kind.categories),
    ...named("subresources", parts),
  };
}

const announced = (kind: Kind) => subresourcesOf(kind).filter(({ isAnnounced = true }) => isAnnounced);
const sorted = (verbs: Partial<Record<Verb, unknown>>): readonly string[] => Object.keys(verbs).sort();
const named = <T>(name: string, list: readonly T[]) => (list.length === 0 ? {} : { [name]: list });
