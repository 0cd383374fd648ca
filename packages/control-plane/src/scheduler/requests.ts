/**
 * How much of a board's room a pod asks for. Pure.
 *
 * Requests are those of Kubernetes: the sum of the containers, or the largest init container where that is more;
 * sidecars (init containers that always restart) count with both. What the pod says for all its containers together
 * replaces their sum; the overhead of its runtime class comes on top.
 */
import type { Container, Pod, ResourceList } from "@kubus/shared/api/pod.ts";
import { milliValue, quantityValue } from "@kubus/shared/api/quantity.ts";

/** Amounts by resource name; cpu in thousandths, everything else in units. */
export type Amounts = ReadonlyMap<string, number>;

/** What cannot be read counts as nothing: the API refuses it before it comes here. */
export const amountOf = (name: string, quantity: string | number): number =>
  (name === "cpu" ? milliValue(quantity) : quantityValue(quantity)) || 0;

const none: Amounts = new Map();

export const amountsOf = (list: ResourceList | undefined): Amounts =>
  list === undefined
    ? none
    : new Map(Object.entries(list).map(([name, quantity]) => [name, amountOf(name, quantity)]));

export function requestsOf({ spec }: Pod): Amounts {
  const { initContainers: inits = [], containers, resources, overhead } = spec;
  const sidecars = inits.filter(isSidecar);
  const running = sum([...containers, ...sidecars].map(requested));
  // An init container runs beside the sidecars that were started before it.
  const starting = inits
    .filter((init) => !isSidecar(init))
    .map((init) => sum([init, ...inits.slice(0, inits.indexOf(init)).filter(isSidecar)].map(requested)));
  const together = new Map([...amountsOf(resources?.requests)].filter(([name]) => isPodLevel(name)));
  const asked = new Map([...starting.reduce(larger, running), ...together]);
  return overhead === undefined ? asked : add(asked, amountsOf(overhead));
}

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === "Always";
const requested = ({ resources }: Container): Amounts => amountsOf(resources?.requests);
/** What may be asked for by a pod as a whole (Kubernetes, "Pod-level resources"). */
const isPodLevel = (name: string): boolean =>
  name === "cpu" || name === "memory" || name.startsWith("hugepages-");

const combine =
  (merge: (a: number, b: number) => number) =>
  (a: Amounts, b: Amounts): Amounts => {
    if (b.size === 0) return a;
    const result = new Map(a);
    for (const [name, amount] of b) result.set(name, merge(a.get(name) ?? 0, amount));
    return result;
  };
const larger = combine(Math.max);
const add = combine((a, b) => a + b);
const sum = (all: readonly Amounts[]): Amounts => all.reduce(add, none);
