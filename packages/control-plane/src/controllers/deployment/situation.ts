/**
 * How things stand with a deployment: whose sets are whose, what they count up to, and what the pass has to do next.
 * Pure. The plan, the status and the life are all made from this, so that they cannot contradict each other.
 */
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { Deployment, DeploymentStatus, ReplicaSet } from "@kubus/shared/api/workload.ts";
import { replicaSetKind } from "../../kinds/index.ts";
import { claimsOf, type Claims } from "../workload/ownership.ts";
import { annotation } from "./revision.ts";
import { boundsOf, isRolling, sizeOf, total, type Sets } from "./rolling.ts";
import { newReplicaSetOf, templateHash } from "./template.ts";

export interface DeploymentView {
  readonly deployment: Deployment | undefined;
  /** Replica sets that it controls, or that its selector means and nobody controls. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods of one of its replica sets, by that one's uid. */
  readonly podsOf: (replicaSetUid: string) => readonly Pod[];
  /** The replica set that has the new one's name but is not it. */
  readonly collision: (name: string) => ReplicaSet | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/**
 * What is next.
 * - `rest`: nothing; it is being deleted, or what was just adopted is not ours yet.
 * - `scale`: share out a changed size. All that a paused deployment does.
 * - `empty`: end the old pods; a new one may not run beside them (Recreate).
 * - `make`: make the new replica set.
 * - `roll`: bring the sets nearer to what they should be.
 */
export type Next = "rest" | "scale" | "empty" | "make" | "roll";

export type Counts = Required<
  Pick<
    DeploymentStatus,
    | "replicas"
    | "updatedReplicas"
    | "readyReplicas"
    | "availableReplicas"
    | "unavailableReplicas"
    | "terminatingReplicas"
  >
>;

export interface Situation {
  readonly view: DeploymentView;
  readonly deployment: Deployment;
  readonly claims: Claims<ReplicaSet>;
  readonly sets: Sets;
  readonly counts: Counts;
  /** The new replica set's name, also when it is about to be made. */
  readonly newestName: string;
  readonly next: Next;
  readonly now: number;
}

export function situationOf(view: DeploymentView, deployment: Deployment): Situation {
  const { selector } = deployment.spec;
  const candidates = view.replicaSets;
  const claims = claimsOf({ owner: deployment, selector, kind: replicaSetKind, candidates });
  const newest = newReplicaSetOf(deployment, claims.owned);
  const sets = { newest, old: claims.owned.filter((set) => set !== newest) };
  return {
    view,
    deployment,
    claims,
    sets,
    counts: countsOf(sets),
    newestName: newest?.metadata.name ?? nameOfNewest(deployment),
    next: claims.effects.length > 0 ? "rest" : nextOf(view, deployment, sets),
    now: view.now,
  };
}

function nextOf(view: DeploymentView, deployment: Deployment, sets: Sets): Next {
  const { newest, old } = sets;
  if (isEnding(deployment)) return "rest";
  const { replicas } = boundsOf(deployment);
  if (isPaused(deployment) || allOf(sets).some((set) => wasScaled(set, replicas))) return "scale";
  if (!isRolling(deployment) && oldPodsOf(view, old).length + total(old, sizeOf) > 0) return "empty";
  return newest === undefined ? "make" : "roll";
}

export const isPaused = ({ spec }: Deployment): boolean => spec.paused === true;

export const isEnding = ({ metadata }: Deployment): boolean => metadata.deletionTimestamp !== undefined;

export const allOf = ({ newest, old }: Sets): readonly ReplicaSet[] =>
  newest === undefined ? old : [newest, ...old];

/** The deployment's size changed since this set was sized. */
function wasScaled(set: ReplicaSet, replicas: number): boolean {
  const desired = set.metadata.annotations?.[annotation.desired];
  return sizeOf(set) > 0 && desired !== undefined && desired !== String(replicas);
}

/** Pods of former templates that may still run, also those that are ending. */
export const oldPodsOf = ({ podsOf }: DeploymentView, old: readonly ReplicaSet[]): readonly Pod[] =>
  old.flatMap(({ metadata }) => podsOf(metadata.uid)).filter((pod) => !isFinished(pod));

const nameOfNewest = ({ metadata, spec, status }: Deployment): string =>
  `${metadata.name}-${templateHash(spec.template, status?.collisionCount)}`;

function countsOf(sets: Sets): Counts {
  const all = allOf(sets);
  const sum = (count: (set: ReplicaSet) => number | undefined) => total(all, (set) => count(set) ?? 0);
  const availableReplicas = sum(({ status }) => status?.availableReplicas);
  return {
    replicas: sum(({ status }) => status?.replicas),
    updatedReplicas: sets.newest?.status?.replicas ?? 0,
    readyReplicas: sum(({ status }) => status?.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, total(all, sizeOf) - availableReplicas),
    terminatingReplicas: sum(({ status }) => status?.terminatingReplicas),
  };
}

/** As many pods as asked for, all of the newest template, and all of them available. */
export function isComplete({ deployment, counts }: Pick<Situation, "deployment" | "counts">): boolean {
  const { replicas } = boundsOf(deployment);
  return [counts.updatedReplicas, counts.replicas, counts.availableReplicas].every(
    (count) => count === replicas,
  );
}
