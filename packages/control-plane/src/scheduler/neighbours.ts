/**
 * Pods that must, must not, would like to or would rather not be near each other. Pure.
 *
 * Near means: on boards with the same value of the term's topology key. A refusal works both ways: a pod is also kept
 * away by those that do not want it.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { labelQueryOf, matchesLabels } from "../api/selectors.ts";
import type { Board } from "./board.ts";
import type { Filter } from "./filter.ts";
import { preferences, sought, type PodTerm } from "./pod-terms.ts";
import type { Want } from "./want.ts";

/** Whether `other` is meant by a term of `pod`. */
function isMeant(term: PodTerm, pod: Pod, other: Pod): boolean {
  const { namespaces = [], namespaceSelector, labelSelector } = term;
  const own =
    namespaces.length === 0 && namespaceSelector === undefined ? [pod.metadata.namespace ?? ""] : namespaces;
  // An empty namespaceSelector means all; others are refused before anybody comes here.
  const isInReach = namespaceSelector !== undefined || own.includes(other.metadata.namespace ?? "");
  return isInReach && matchesLabels(labelQueryOf(labelSelector), other.metadata.labels);
}

const domainOf = ({ node }: Board, { topologyKey }: PodTerm): string | undefined =>
  node.metadata.labels?.[topologyKey];

/** The domains in which somebody lives who is meant. */
function domainsWith(term: PodTerm, pod: Pod, boards: readonly Board[]): ReadonlySet<string> {
  const domains = new Set<string>();
  for (const board of boards) {
    const domain = domainOf(board, term);
    if (domain === undefined || domains.has(domain)) continue;
    for (const { pod: other } of board.load.pods.values()) {
      if (isMeant(term, pod, other)) {
        domains.add(domain);
        break;
      }
    }
  }
  return domains;
}

/** What the pod's own terms and those of others demand of a board, worked out once for all boards. */
export function neighbourFilters({ pod, avoids }: Want, boards: readonly Board[]): readonly Filter[] {
  return [...seekers(pod, boards), ...avoiders(pod, avoids, boards), ...repelled(pod, boards)];
}

function seekers(pod: Pod, boards: readonly Board[]): readonly Filter[] {
  const terms = sought(pod).map((term) => ({ term, domains: domainsWith(term, pod, boards) }));
  if (terms.length === 0) return [];
  // The first of a group that seeks its own kind has nobody to be near to.
  const isFirst = terms.every(({ term, domains }) => domains.size === 0 && isMeant(term, pod, pod));
  const isNear = (board: Board) =>
    terms.every(({ term, domains }) => {
      const domain = domainOf(board, term);
      return domain !== undefined && (isFirst || domains.has(domain));
    });
  return [(_, board) => (isNear(board) ? [] : ["node(s) didn't match pod affinity rules"])];
}

function avoiders(pod: Pod, avoids: readonly PodTerm[], boards: readonly Board[]): readonly Filter[] {
  if (avoids.length === 0) return [];
  const terms = avoids.map((term) => ({ term, domains: domainsWith(term, pod, boards) }));
  const isApart = (board: Board) =>
    terms.every(({ term, domains }) => !domains.has(domainOf(board, term) ?? ""));
  return [(_, board) => (isApart(board) ? [] : ["node(s) didn't match pod anti-affinity rules"])];
}

/** Domains of those that do not want this pod near them, by topology key. */
function repelled(pod: Pod, boards: readonly Board[]): readonly Filter[] {
  const forbidden = new Map<string, Set<string>>();
  for (const board of boards) {
    for (const { pod: other, avoids } of board.load.repelling.values()) {
      for (const term of avoids) {
        const domain = domainOf(board, term);
        if (domain === undefined || !isMeant(term, other, pod)) continue;
        forbidden.set(term.topologyKey, (forbidden.get(term.topologyKey) ?? new Set<string>()).add(domain));
      }
    }
  }
  if (forbidden.size === 0) return [];
  const isForbidden = ({ node }: Board) =>
    [...forbidden].some(([key, domains]) => domains.has(node.metadata.labels?.[key] ?? ""));
  return [
    (_, board) => (isForbidden(board) ? ["node(s) didn't satisfy existing pods anti-affinity rules"] : []),
  ];
}

/** The sum of the pod's wishes that a board fulfils; against it count the wishes to be apart. */
export function neighbourWishes({ pod }: Want, boards: readonly Board[]): (board: Board) => number {
  const wishes = preferences(pod).map(({ weight, term }) => ({
    weight,
    term,
    domains: domainsWith(term, pod, boards),
  }));
  return (board) =>
    wishes
      .filter(({ term, domains }) => domains.has(domainOf(board, term) ?? ""))
      .reduce((sum, { weight }) => sum + weight, 0);
}
