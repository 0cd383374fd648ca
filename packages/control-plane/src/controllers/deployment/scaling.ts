/**
 * How a deployment's new size is shared out. Pure arithmetic, Kubernetes' own rules (`scale`, proportional scaling).
 *
 * One active set takes it all. In the middle of a rolling update each active set grows or shrinks by its share, so that
 * a rollout that is stuck does not become the whole deployment.
 */
import type { Deployment, ReplicaSet } from "@kubus/shared/api/workload.ts";
import { annotation } from "./revision.ts";
import { boundsOf, isRolling, sizeOf, total, type Sets, type Sizes } from "./rolling.ts";
import { byAge } from "./template.ts";

/** The sizes after a change of `spec.replicas`, of those sets that have to change. */
export function scaled(deployment: Deployment, { newest, old }: Sets): Sizes {
  const { replicas } = boundsOf(deployment);
  const all = newest === undefined ? old : [newest, ...old];
  const active = all.filter((set) => sizeOf(set) > 0);
  const [only = newest ?? byAge(old).at(-1), ...others] = active;
  if (only === undefined) return new Map();
  if (others.length === 0) return new Map([[only.metadata.name, replicas]]);
  // All is well with the new one: what else is there was adopted, and is not needed.
  if (isSaturated(newest, replicas)) {
    return new Map(old.filter((set) => sizeOf(set) > 0).map(({ metadata }) => [metadata.name, 0]));
  }
  return isRolling(deployment) ? proportional(deployment, active) : new Map();
}

function isSaturated(newest: ReplicaSet | undefined, replicas: number): boolean {
  return (
    newest?.metadata.annotations?.[annotation.desired] === String(replicas) &&
    sizeOf(newest) === replicas &&
    (newest.status?.availableReplicas ?? 0) === replicas
  );
}

function proportional(deployment: Deployment, active: readonly ReplicaSet[]): Sizes {
  const { replicas, maxSurge } = boundsOf(deployment);
  const allowed = replicas === 0 ? 0 : replicas + maxSurge;
  const change = allowed - total(active, sizeOf);
  if (change === 0) return new Map();
  const sizes = new Map<string, number>();
  let left = change;
  const [largest, ...smaller] = inTurn(active, change);
  for (const set of [largest, ...smaller]) {
    if (set === undefined) continue;
    const share = within(shareOf(deployment, set), left);
    sizes.set(set.metadata.name, sizeOf(set) + share);
    left -= share;
  }
  // What rounding leaves over is the largest one's.
  if (largest !== undefined) {
    const { name } = largest.metadata;
    sizes.set(name, Math.max(0, (sizes.get(name) ?? 0) + left));
  }
  return sizes;
}

/** No further than what is left to add, or to take away. */
const within = (share: number, left: number): number =>
  left > 0 ? Math.min(share, left) : left < 0 ? Math.max(share, left) : 0;

/** The largest first; of the same size the newer one when growing, the older one when shrinking. */
const inTurn = (active: readonly ReplicaSet[], change: number): readonly ReplicaSet[] =>
  (change > 0 ? byAge(active).toReversed() : byAge(active)).toSorted((a, b) => sizeOf(b) - sizeOf(a));

/** By how much a set would change to keep its part of the whole. */
function shareOf(deployment: Deployment, set: ReplicaSet): number {
  const { replicas, maxSurge } = boundsOf(deployment);
  const size = sizeOf(set);
  if (replicas === 0) return -size;
  const before =
    Number(set.metadata.annotations?.[annotation.max] ?? 0) || (deployment.status?.replicas ?? 0);
  return before === 0 ? 0 : Math.round((size * (replicas + maxSurge)) / before) - size;
}
