/**
 * Keeps so many living pods of one template: what replica sets and replication controllers have in common. Pure.
 *
 * It is called again after every change, so it never waits and never remembers. A pod that ends or has ended is not
 * counted, so that its replacement does not wait for a board that may never answer.
 */
import type { KubeObject, LabelSelector } from "@kubus/shared/api/meta.ts";
import { isReady, type Pod, type PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { ReplicaSetStatus } from "@kubus/shared/api/workload.ts";
import { isSame } from "../../api/same.ts";
import { podKind } from "../../kinds/index.ts";
import { nothing, type AnyKind, type Effect, type Plan, type Tells } from "../engine/plan.ts";
import { availableAt, isAvailable, isLiving } from "../workload/availability.ts";
import { claimsOf, ownerReference, referenceTo, targetOf } from "../workload/ownership.ts";
import { selects } from "../workload/selection.ts";
import { inDeletionOrder } from "./deletion-order.ts";

/** The most pods that one pass creates or deletes; the next pass sees the rest. Kubernetes' own burst is 500. */
export const podsPerPassMax = 500;

/** A ReplicaSet or ReplicationController, reduced to what matters here. */
export interface Replicated {
  readonly object: KubeObject;
  readonly kind: AnyKind;
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly selector: LabelSelector | undefined;
  readonly template: PodTemplateSpec | undefined;
  readonly status: ReplicaSetStatus | undefined;
}

export interface ReplicasView {
  readonly owner: Replicated | undefined;
  /** Pods that the owner controls, or that its selector means and nobody controls. */
  readonly pods: readonly Pod[];
  /** Pods that do the same job for a sibling, such as the replica sets of one deployment. */
  readonly related: readonly Pod[];
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export function keepReplicas({ owner, pods, related, now }: ReplicasView): Plan {
  if (owner === undefined) return nothing; // Deleted: the garbage collector owns the pods now.
  const { object, selector, minReadySeconds, template } = owner;
  const claims = claimsOf({ owner: object, selector, kind: podKind, candidates: pods });
  const living = claims.owned.filter(isLiving);
  const isEnding = object.metadata.deletionTimestamp !== undefined;
  const missing = owner.replicas - living.length;
  return {
    effects: [
      ...claims.effects,
      ...writeStatus(owner, living, now),
      ...(missing > 0 && !isEnding && template !== undefined ? createPods(owner, template, missing) : []),
      ...(missing < 0 && !isEnding ? deletePods(owner, living, [...living, ...related]) : []),
    ],
    ...requeueAt(living, minReadySeconds, now),
  };
}

function createPods({ object }: Replicated, template: PodTemplateSpec, missing: number): Effect[] {
  const { metadata } = object;
  const pod = {
    metadata: {
      ...template.metadata,
      generateName: `${metadata.name}-`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ownerReferences: [ownerReference(object)],
    },
    spec: template.spec,
  };
  const tells: Tells = {
    about: referenceTo(object),
    success: { reason: "SuccessfulCreate", text: "Created pod: " },
    failure: { reason: "FailedCreate", text: "Error creating: " },
  };
  const count = Math.min(missing, podsPerPassMax);
  return Array.from({ length: count }, () => ({ type: "create", kind: podKind, object: pod, tells }));
}

function deletePods(owner: Replicated, living: readonly Pod[], related: readonly Pod[]): Effect[] {
  const surplus = Math.min(living.length - owner.replicas, podsPerPassMax);
  const tells: Tells = {
    about: referenceTo(owner.object),
    success: { reason: "SuccessfulDelete", text: "Deleted pod: " },
    failure: { reason: "FailedDelete", text: "Error deleting: " },
  };
  return inDeletionOrder(living, related)
    .slice(0, surplus)
    .map((pod) => ({
      type: "delete",
      kind: podKind,
      target: targetOf(pod),
      options: { preconditions: { uid: pod.metadata.uid } },
      tells,
    }));
}

/** The counts as they are before this pass creates or deletes: the changes themselves lead to the next pass. */
function writeStatus(owner: Replicated, living: readonly Pod[], now: number): Effect[] {
  const { object, kind, template, minReadySeconds, status } = owner;
  const labels = template?.metadata?.labels ?? {};
  const next: ReplicaSetStatus = {
    replicas: living.length,
    fullyLabeledReplicas: living.filter((pod) => selects({ matchLabels: labels }, pod.metadata.labels))
      .length,
    readyReplicas: living.filter(isReady).length,
    availableReplicas: living.filter((pod) => isAvailable(pod, now, minReadySeconds)).length,
    observedGeneration: object.metadata.generation ?? 0,
  };
  if (isSame({ ...status, ...next }, status)) return [];
  const { resourceVersion } = object.metadata;
  return [{ type: "writeStatus", kind, target: { ...targetOf(object), resourceVersion }, status: next }];
}

/** When the next ready pod has been ready for long enough. */
function requeueAt(
  living: readonly Pod[],
  minReadySeconds: number,
  now: number,
): { requeueAfterMs?: number } {
  const times = living
    .map((pod) => availableAt(pod, minReadySeconds))
    .filter((at) => at !== undefined && at > now);
  return times.length === 0 ? {} : { requeueAfterMs: Math.min(...(times as number[])) - now };
}
