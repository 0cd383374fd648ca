/**
 * Deployment: brings all pods to the newest template, a few at a time, and remembers the former ones. Pure.
 *
 * It only sizes replica sets; they make and end the pods. It is called again after every change, so each call takes
 * one step: adopt, make the new set, scale, roll, or clean up.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Deployment, ReplicaSet } from "@kubus/shared/api/workload.ts";
import { isFinished } from "@kubus/shared/api/pod.ts";
import { isSame } from "../../api/same.ts";
import { deploymentKind, replicaSetKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { claimsOf, ownerReference, referenceTo, targetOf } from "../workload/ownership.ts";
import { annotation, annotationsFor, revisionOf, sizeAnnotations, surplusHistory } from "./revision.ts";
import { boundsOf, nextSizeOfNewest, rollingStep, scaled, sizeOf, type Sets, type Sizes } from "./rolling.ts";
import { countsOf, deadlineOf, isComplete, rolloutOf, statusOf, type StatusView } from "./status.ts";
import { hashLabel, newReplicaSetOf, templateHash } from "./template.ts";

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

export function reconcile(view: DeploymentView): Plan {
  const { deployment, replicaSets, now } = view;
  if (deployment === undefined) return nothing; // Deleted: the garbage collector owns the replica sets now.
  const { selector } = deployment.spec;
  const claims = claimsOf({ owner: deployment, selector, kind: replicaSetKind, candidates: replicaSets });
  const newest = newReplicaSetOf(deployment, claims.owned);
  const sets = { newest, old: claims.owned.filter((set) => set !== newest) };
  const isEnding = deployment.metadata.deletionTimestamp !== undefined;
  // What was just adopted is sized when it is ours.
  const mayStep = !isEnding && claims.effects.length === 0;
  const status: StatusView = {
    deployment,
    counts: countsOf(sets),
    newestName: newest?.metadata.name ?? nameOfNewest(deployment),
    isNewestMade: newest !== undefined,
    now,
  };
  return {
    effects: [
      ...claims.effects,
      ...(mayStep ? stepOf(view, deployment, sets) : []),
      ...(isEnding ? [] : writeRevision(deployment, sets)),
      ...writeStatus(status),
    ],
    ...requeueAt(status),
  };
}

function stepOf(view: DeploymentView, deployment: Deployment, sets: Sets): readonly Effect[] {
  const { newest, old } = sets;
  const bounds = boundsOf(deployment);
  const isPaused = deployment.spec.paused === true;
  const all = newest === undefined ? old : [newest, ...old];
  if (isPaused || all.some((set) => wasScaled(set, bounds.replicas))) {
    const sizes = resize(deployment, all, scaled(bounds, sets));
    return sizes.length > 0 || !isPaused ? sizes : cleanUp(deployment, sets);
  }
  const mayBegin = deployment.spec.strategy?.type !== "Recreate" || isEmptied(view, old);
  if (!mayBegin) return resize(deployment, old, new Map(old.map(({ metadata }) => [metadata.name, 0])));
  if (newest === undefined) return makeNewest(view, deployment, sets);
  const notes = annotate(deployment, newest, old);
  if (notes.length > 0) return notes;
  const sizes = resize(deployment, all, rollingStep(bounds, { newest, old }));
  if (sizes.length > 0) return sizes;
  return isComplete(deployment, countsOf(sets)) ? cleanUp(deployment, sets) : [];
}

/** The deployment's size changed since this set was sized. */
const wasScaled = (set: ReplicaSet, replicas: number): boolean => {
  const desired = set.metadata.annotations?.[annotation.desired];
  return sizeOf(set) > 0 && desired !== undefined && desired !== String(replicas);
};

/** Recreate: no pod of an old template runs any more, not even one that is ending. */
const isEmptied = ({ podsOf }: DeploymentView, old: readonly ReplicaSet[]): boolean =>
  old.every((set) => sizeOf(set) === 0 && podsOf(set.metadata.uid).every(isFinished));

const nameOfNewest = (deployment: Deployment): string =>
  `${deployment.metadata.name}-${templateHash(deployment.spec.template, deployment.status?.collisionCount)}`;

function makeNewest({ collision }: DeploymentView, deployment: Deployment, sets: Sets): readonly Effect[] {
  const name = nameOfNewest(deployment);
  if (collision(name) !== undefined) {
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    return [
      {
        type: "writeStatus",
        kind: deploymentKind,
        target: { ...targetOf(deployment), resourceVersion: deployment.metadata.resourceVersion },
        status: { collisionCount },
      },
    ];
  }
  const bounds = boundsOf(deployment);
  const replicas = nextSizeOfNewest(bounds, sets);
  const hash = { [hashLabel]: templateHash(deployment.spec.template, deployment.status?.collisionCount) };
  const { template, selector, minReadySeconds } = deployment.spec;
  const labels = { ...template.metadata?.labels, ...hash };
  const { namespace = "" } = deployment.metadata;
  const replicaSet = {
    metadata: {
      name,
      namespace,
      labels,
      annotations: {
        ...annotationsFor(deployment, undefined, sets.old),
        ...sizeAnnotations(bounds.replicas, bounds.maxSurge),
      },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, ...hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  const failure = { reason: "ReplicaSetCreateError", text: `Failed to create new replica set "${name}": ` };
  return [
    {
      type: "create",
      kind: replicaSetKind,
      object: replicaSet,
      tells: { about: referenceTo(deployment), failure },
    },
    ...(replicas > 0 ? [tellScaled(deployment, name, { from: 0, to: replicas })] : []),
  ];
}

const tellScaled = (
  deployment: Deployment,
  name: string,
  { from, to }: { from: number; to: number },
): Effect => ({
  type: "recordEvent",
  about: referenceTo(deployment),
  eventType: "Normal",
  reason: "ScalingReplicaSet",
  message: `Scaled ${to > from ? "up" : "down"} replica set ${name} from ${from} to ${to}`,
});

/** Sizes that differ from what they are, with the event that Kubernetes writes for each. */
function resize(deployment: Deployment, sets: readonly ReplicaSet[], sizes: Sizes): readonly Effect[] {
  const { replicas, maxSurge } = boundsOf(deployment);
  return sets.flatMap((set): Effect[] => {
    const size = sizes.get(set.metadata.name) ?? sizeOf(set);
    const annotations = sizeAnnotations(replicas, maxSurge);
    const isMarked = isSame({ ...set.metadata.annotations, ...annotations }, set.metadata.annotations);
    const isSized = size === sizeOf(set);
    if (isSized && (isMarked || size === 0)) return [];
    const { resourceVersion } = set.metadata;
    const patch = { metadata: { resourceVersion, annotations }, spec: { replicas: size } };
    return [
      { type: "patch", kind: replicaSetKind, target: targetOf(set), patch },
      ...(isSized ? [] : [tellScaled(deployment, set.metadata.name, { from: sizeOf(set), to: size })]),
    ];
  });
}

/** The new set carries the deployment's annotations, the newest revision, and `minReadySeconds`. */
function annotate(deployment: Deployment, newest: ReplicaSet, old: readonly ReplicaSet[]): readonly Effect[] {
  const annotations = annotationsFor(deployment, newest, old);
  const { minReadySeconds = 0 } = deployment.spec;
  const isSaid = isSame(annotations, newest.metadata.annotations ?? {});
  if (isSaid && (newest.spec.minReadySeconds ?? 0) === minReadySeconds) return [];
  const { resourceVersion } = newest.metadata;
  const patch = { metadata: { resourceVersion, annotations }, spec: { minReadySeconds } };
  return [{ type: "patch", kind: replicaSetKind, target: targetOf(newest), patch }];
}

const cleanUp = (deployment: Deployment, { old }: Sets): readonly Effect[] =>
  surplusHistory(deployment, old).map((set) => ({
    type: "delete",
    kind: replicaSetKind,
    target: targetOf(set),
    options: { preconditions: { uid: set.metadata.uid } },
  }));

/** `kubectl rollout history` and `undo` read the revision off the deployment, too. */
function writeRevision(deployment: Deployment, { newest, old }: Sets): readonly Effect[] {
  if (newest === undefined) return [];
  const revision = annotationsFor(deployment, newest, old)[annotation.revision];
  if (String(revisionOf(deployment)) === revision) return [];
  const patch = { metadata: { annotations: { [annotation.revision]: revision } } };
  return [{ type: "patch", kind: deploymentKind, target: targetOf(deployment), patch }];
}

function writeStatus(view: StatusView): readonly Effect[] {
  const { deployment } = view;
  const status = statusOf(view);
  if (isSame({ ...deployment.status, ...status }, deployment.status)) return [];
  return [{ type: "writeStatus", kind: deploymentKind, target: targetOf(deployment), status }];
}

/** When the rollout would count as stalled. */
function requeueAt(view: StatusView): { requeueAfterMs?: number } {
  if (rolloutOf(view) !== "progressing") return {};
  const deadline = deadlineOf(view.deployment);
  return deadline === undefined ? {} : { requeueAfterMs: Math.max(1_000, deadline - view.now) };
}
