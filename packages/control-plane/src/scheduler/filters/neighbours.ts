/**
 * Pods that must, or must not, be near each other. Pure.
 *
 * Near means: on boards with the same value of the term's topology key. A refusal works both ways: a pod is also kept
 * away by those that do not want it.
 */
import { crowdOf } from "../surroundings/crowd.ts";
import { sought, type PodTerm } from "../surroundings/pod-terms.ts";
import type { Surroundings, Tally } from "../surroundings/surroundings.ts";
import type { Want } from "../want.ts";
import { objection, type Check, type Filter } from "./filter-row.ts";

const apartFromSought = objection("node(s) didn't match pod affinity rules", "final");
const nearAvoided = objection("node(s) didn't match pod anti-affinity rules", "evictable");
const unwelcome = objection("node(s) didn't satisfy existing pods anti-affinity rules", "evictable");

export const neighbours: Filter = {
  name: "neighbours",
  helpedBy: ["boardCame", "boardLabels", "podLeft", "podPlaced", "podLabels", "namespaceLabels"],
  isAboutOthers: true,
  prepare: (want, around) => {
    const checks = [seeking(want, around), avoiding(want, around), repelled(want, around)].filter(
      (check) => check !== undefined,
    );
    if (checks.length === 0) return undefined;
    return (board) => {
      for (const check of checks) {
        const found = check(board);
        if (found !== undefined) return found;
      }
      return undefined;
    };
  },
};

function seeking({ pod }: Want, around: Surroundings): Check | undefined {
  const terms = sought(pod).map((term) => ({
    ...scopeOf(term, { pod, around }),
    isOwnKind: crowdOf(term, pod, around.namespaceLabels).includes(pod),
  }));
  if (terms.length === 0) return undefined;
  // The first of a group that seeks its own kind has nobody to be near to.
  const isFirst = terms.every(({ domains, isOwnKind }) => domains.size === 0 && isOwnKind);
  return ({ labels }) => {
    const isNear = terms.every(({ key, domains }) => {
      const domain = labels[key];
      return domain !== undefined && (isFirst || domains.has(domain));
    });
    return isNear ? undefined : apartFromSought;
  };
}

function avoiding({ pod, avoids }: Want, around: Surroundings): Check | undefined {
  const terms = avoids
    .map((term) => scopeOf(term, { pod, around }))
    .filter(({ domains }) => domains.size > 0);
  if (terms.length === 0) return undefined;
  return ({ labels }) =>
    terms.some(({ key, domains }) => isIn(domains, labels[key])) ? nearAvoided : undefined;
}

/** Those that do not want this pod near them, wherever they are. */
function repelled({ pod }: Want, around: Surroundings): Check | undefined {
  const forbidden = new Map<string, Set<string>>();
  for (const { crowd, topologyKey, holders } of around.held("avoids")) {
    if (!crowd.includes(pod)) continue;
    const known = forbidden.get(topologyKey) ?? new Set<string>();
    for (const domain of domainsOf(holders, topologyKey, around)) known.add(domain);
    forbidden.set(topologyKey, known);
  }
  if (forbidden.size === 0) return undefined;
  const scopes = [...forbidden];
  return ({ labels }) =>
    scopes.some(([key, domains]) => isIn(domains, labels[key])) ? unwelcome : undefined;
}

/** A board without the label is in no domain. */
const isIn = (domains: ReadonlySet<string>, domain: string | undefined): boolean =>
  domain !== undefined && domains.has(domain);

/** The domains in which somebody lives whom the term means. */
function scopeOf(
  term: PodTerm,
  { pod, around }: { readonly pod: Want["pod"]; readonly around: Surroundings },
) {
  const tally = around.tally(crowdOf(term, pod, around.namespaceLabels));
  return { key: term.topologyKey, domains: domainsOf(tally, term.topologyKey, around) };
}

function domainsOf(tally: Tally, key: string, around: Surroundings): ReadonlySet<string> {
  const domains = new Set<string>();
  for (const name of tally.keys()) {
    const domain = around.boardNamed(name)?.labels[key];
    if (domain !== undefined) domains.add(domain);
  }
  return domains;
}
