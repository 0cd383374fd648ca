/**
 * Endpoints in their form of many addresses with many ports: addresses with the same ports stand together. Pure.
 *
 * The order is always the same, so that equal endpoints are equal objects.
 */
import type { EndpointAddress, EndpointPort, EndpointSubset } from "@kubus/shared/api/core.ts";

/** Addresses in one object; further ones are left out, those that are not ready first. */
export const addressesMax = 1_000;

export interface Reachable {
  readonly address: EndpointAddress;
  readonly isReady: boolean;
  readonly ports: readonly EndpointPort[];
}

export interface Subsets {
  readonly subsets: readonly EndpointSubset[];
  readonly isTruncated: boolean;
}

export function subsetsOf(reachable: readonly Reachable[], max = addressesMax): Subsets {
  const inOrder = reachable.toSorted((a, b) => compare(orderOf(a.address), orderOf(b.address)));
  const kept = new Set([
    ...[...inOrder.filter(({ isReady }) => isReady), ...inOrder.filter(({ isReady }) => !isReady)].slice(
      0,
      max,
    ),
  ]);
  const byPorts = new Map<string, Reachable[]>();
  for (const one of inOrder.filter((each) => kept.has(each))) {
    const key = JSON.stringify(sortedPorts(one.ports));
    byPorts.set(key, [...(byPorts.get(key) ?? []), one]);
  }
  const subsets = [...byPorts].sort(([a], [b]) => compare(a, b)).map(([, members]) => subsetOf(members));
  return { subsets, isTruncated: kept.size < reachable.length };
}

function subsetOf(members: readonly Reachable[]): EndpointSubset {
  const addresses = members.filter(({ isReady }) => isReady).map(({ address }) => address);
  const notReadyAddresses = members.filter(({ isReady }) => !isReady).map(({ address }) => address);
  const ports = sortedPorts(members[0]?.ports ?? []);
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

const sortedPorts = (ports: readonly EndpointPort[]): readonly EndpointPort[] =>
  ports.toSorted((a, b) =>
    compare(JSON.stringify([a.name, a.protocol, a.port]), JSON.stringify([b.name, b.protocol, b.port])),
  );

const orderOf = ({ ip, targetRef }: EndpointAddress): string => `${ip} ${targetRef?.uid ?? ""}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
