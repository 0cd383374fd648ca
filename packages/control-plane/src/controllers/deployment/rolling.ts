/**
 * How many pods each replica set of a deployment should have next. Pure arithmetic, Kubernetes' own rules:
 * never more than `replicas + maxSurge` pods, never fewer than `replicas - maxUnavailable` available ones.
 */
import type { Deployment, ReplicaSet } from "@kubus/shared/api/workload.ts";
import { byAge } from "./template.ts";

/** Wanted sizes by name; a replica set that is not named stays as it is. */
export type Sizes = ReadonlyMap<string, number>;

export interface Sets {
  readonly newest: ReplicaSet | undefined;
  /** All others that the deployment owns. */
  readonly old: readonly ReplicaSet[];
}

export interface Bounds {
  readonly replicas: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export const isRolling = ({ spec }: Deployment): boolean => spec.strategy?.type !== "Recreate";

export function boundsOf(deployment: Deployment): Bounds {
  const { replicas = 1, strategy } = deployment.spec;
  if (!isRolling(deployment)) return { replicas, maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge: surge = "25%", maxUnavailable: unavailable = "25%" } = strategy?.rollingUpdate ?? {};
  const maxSurge = amount(surge, replicas, Math.ceil);
  const maxUnavailable = amount(unavailable, replicas, Math.floor);
  // Both zero would never move; Kubernetes then lets one pod be unavailable.
  const least = maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable;
  return { replicas, maxSurge, maxUnavailable: Math.min(least, replicas) };
}

const amount = (value: number | string, whole: number, round: (x: number) => number): number =>
  typeof value === "number" ? value : round((Number.parseInt(value, 10) * whole) / 100);

export const sizeOf = (set: ReplicaSet | undefined): number =>
  set?.spec.replicas ?? (set === undefined ? 0 : 1);
const availableOf = (set: ReplicaSet | undefined): number => set?.status?.availableReplicas ?? 0;
export const total = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number =>
  sets.reduce((sum, set) => sum + count(set), 0);

/** The size of the new replica set, whether it exists already or is about to be made. */
export function nextSizeOfNewest(bounds: Bounds, { newest, old }: Sets): number {
  const { replicas, maxSurge } = bounds;
  const size = sizeOf(newest);
  if (size >= replicas) return replicas;
  const room = replicas + maxSurge - total(old, sizeOf) - size;
  return room <= 0 ? size : size + Math.min(room, replicas - size);
}

/** One step of a rolling update for a new replica set that exists: either it grows, or the old ones shrink. */
export function rollingStep(bounds: Bounds, { newest, old }: Sets & { readonly newest: ReplicaSet }): Sizes {
  const size = nextSizeOfNewest(bounds, { newest, old });
  if (size !== sizeOf(newest)) return new Map([[newest.metadata.name, size]]);
  return shrinkOld(bounds, newest, old);
}

function shrinkOld(bounds: Bounds, newest: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const minAvailable = bounds.replicas - bounds.maxUnavailable;
  const newUnavailable = Math.max(0, sizeOf(newest) - availableOf(newest));
  const allowed = sizeOf(newest) + total(old, sizeOf) - minAvailable - newUnavailable;
  const sizes = new Map<string, number>();
  if (allowed <= 0) return sizes;
  const take = (set: ReplicaSet, count: number) => {
    if (count > 0) sizes.set(set.metadata.name, (sizes.get(set.metadata.name) ?? sizeOf(set)) - count);
  };
  // First those that serve nobody: they cannot be missed.
  let left = allowed;
  for (const set of byAge(old)) {
    const unhealthy = Math.min(left, Math.max(0, sizeOf(set) - availableOf(set)));
    take(set, unhealthy);
    left -= unhealthy;
  }
  const available = availableOf(newest) + total(old, (set) => Math.min(availableOf(set), sizeOf(set)));
  let spare = Math.min(left, Math.max(0, available - minAvailable));
  for (const set of byAge(old)) {
    const count = Math.min(spare, sizes.get(set.metadata.name) ?? sizeOf(set));
    take(set, count);
    spare -= count;
  }
  return sizes;
}
