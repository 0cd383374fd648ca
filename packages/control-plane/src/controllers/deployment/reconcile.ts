/**
 * Deployment: brings all pods to the newest template, a few at a time, and remembers the former ones. Pure.
 *
 * It only sizes replica sets; they make and end the pods. It is called again after every change, so each call takes
 * one step: adopt, share out a new size, end old pods, make the new set, roll, or clean up.
 */
import type { Deployment, ReplicaSet } from "@kubus/shared/api/workload.ts";
import { isSame } from "../../api/same.ts";
import { deploymentKind, replicaSetKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Failure, type Plan } from "../engine/plan.ts";
import { ownerReference, referenceTo, targetOf } from "../workload/ownership.ts";
import { annotation, annotationsFor, revisionOf, sizeAnnotations, surplusHistory } from "./revision.ts";
import { boundsOf, nextSizeOfNewest, rollingStep, sizeOf, type Sets, type Sizes } from "./rolling.ts";
import { scaled } from "./scaling.ts";
import {
  allOf,
  isComplete,
  isEnding,
  isPaused,
  situationOf,
  type DeploymentView,
  type Situation,
} from "./situation.ts";
import { statusOf } from "./status.ts";
import { hashLabel, templateHash } from "./template.ts";

export function reconcile(view: DeploymentView): Plan {
  if (view.deployment === undefined) return nothing; // Deleted: the garbage collector owns the replica sets now.
  const situation = situationOf(view, view.deployment);
  const { claims, next, newestName } = situation;
  if (next === "make" && view.collision(newestName) !== undefined) {
    return { effects: [countCollision(view.deployment)] };
  }
  return {
    effects: [
      ...claims.effects,
      ...stepOf(situation),
      ...writeStatus(situation),
      ...writeRevision(situation),
    ],
  };
}

/** Another set has the name that the new one would get: the next pass tries another name. */
function countCollision(deployment: Deployment): Effect {
  const { resourceVersion } = deployment.metadata;
  return {
    type: "writeStatus",
    kind: deploymentKind,
    target: { ...targetOf(deployment), resourceVersion },
    status: { collisionCount: (deployment.status?.collisionCount ?? 0) + 1 },
  };
}

function stepOf(situation: Situation): readonly Effect[] {
  const { deployment, sets, next } = situation;
  switch (next) {
    case "rest":
      return [];
    case "scale":
      return scale(deployment, sets);
    case "empty":
      return resize(deployment, sets.old, new Map(sets.old.map(({ metadata }) => [metadata.name, 0])));
    case "make":
      return makeNewest(situation);
    case "roll":
      return roll(situation);
  }
}

/** The new size, also into the sets' memory; a paused deployment may clean up when that is done. */
function scale(deployment: Deployment, sets: Sets): readonly Effect[] {
  const sizes = new Map(scaled(deployment, sets));
  for (const set of allOf(sets)) {
    const { name } = set.metadata;
    if (sizeOf(set) > 0 && !sizes.has(name)) sizes.set(name, sizeOf(set));
  }
  const effects = resize(deployment, allOf(sets), sizes);
  return effects.length === 0 && isPaused(deployment) ? cleanUp(deployment, sets) : effects;
}

function roll(situation: Situation): readonly Effect[] {
  const { deployment, sets } = situation;
  const { newest, old } = sets;
  if (newest === undefined) return [];
  const notes = annotate(deployment, newest, old);
  if (notes.length > 0) return notes;
  const sizes = resize(deployment, allOf(sets), rollingStep(boundsOf(deployment), { newest, old }));
  if (sizes.length > 0) return sizes;
  return isComplete(situation) ? cleanUp(deployment, sets) : [];
}

function makeNewest({ deployment, sets, newestName }: Situation): readonly Effect[] {
  const bounds = boundsOf(deployment);
  const replicas = nextSizeOfNewest(bounds, sets);
  const hash = { [hashLabel]: templateHash(deployment.spec.template, deployment.status?.collisionCount) };
  const { template, selector, minReadySeconds } = deployment.spec;
  const labels = { ...template.metadata?.labels, ...hash };
  const { namespace = "" } = deployment.metadata;
  const replicaSet = {
    metadata: {
      name: newestName,
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
  const text = `Failed to create new replica set "${newestName}": `;
  const tells = { about: referenceTo(deployment), failure: { reason: "ReplicaSetCreateError", text } };
  return [
    { type: "create", kind: replicaSetKind, object: replicaSet, tells },
    ...(replicas > 0 ? [tellScaled(deployment, newestName, { from: 0, to: replicas })] : []),
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

/** Sets whose size or memory of the deployment's size differs, with the event that Kubernetes writes for each size. */
function resize(deployment: Deployment, sets: readonly ReplicaSet[], sizes: Sizes): readonly Effect[] {
  const { replicas, maxSurge } = boundsOf(deployment);
  const annotations = sizeAnnotations(replicas, maxSurge);
  return sets.flatMap((set): Effect[] => {
    const { name, resourceVersion } = set.metadata;
    const size = sizes.get(name);
    if (size === undefined) return [];
    const isSized = size === sizeOf(set);
    const isMarked = isSame({ ...set.metadata.annotations, ...annotations }, set.metadata.annotations);
    if (isSized && (isMarked || size === 0)) return [];
    const patch = { metadata: { resourceVersion, annotations }, spec: { replicas: size } };
    return [
      { type: "patch", kind: replicaSetKind, target: targetOf(set), patch },
      ...(isSized ? [] : [tellScaled(deployment, name, { from: sizeOf(set), to: size })]),
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

/**
 * `kubectl rollout history` and `undo` read the revision off the deployment, too. It comes after the status: a status
 * that is missing is made up for by the next pass.
 */
function writeRevision({ deployment, sets, next }: Situation): readonly Effect[] {
  const { newest, old } = sets;
  if (isEnding(deployment) || (newest === undefined && next !== "make")) return [];
  const revision = annotationsFor(deployment, newest, old)[annotation.revision];
  if (String(revisionOf(deployment)) === revision) return [];
  const patch = { metadata: { annotations: { [annotation.revision]: revision } } };
  return [{ type: "patch", kind: deploymentKind, target: targetOf(deployment), patch }];
}

function writeStatus(situation: Situation): readonly Effect[] {
  const { deployment, next } = situation;
  const statusAfter = (failure?: Failure) => {
    const status = statusOf(situation, failure);
    return isSame({ ...deployment.status, ...status }, deployment.status) ? undefined : status;
  };
  if (next !== "make" && statusAfter() === undefined) return [];
  return [{ type: "reportStatus", kind: deploymentKind, target: targetOf(deployment), statusAfter }];
}
