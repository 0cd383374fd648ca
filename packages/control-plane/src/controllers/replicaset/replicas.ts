/**
 * Keeps so many living pods of one template: what replica sets and replication controllers have in common. Pure.
 *
 * It is called again after every change, so it never waits and never remembers. A pod that ends or has ended is not
 * counted, so that its replacement does not wait for a board that may never answer.
 */
import { isFinished, type Pod, type PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import { podKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Failure, type Plan, type Tells } from "../engine/plan.ts";
import { availableAt, isLiving } from "../workload/availability.ts";
import { claimsOf, ownerReference, referenceTo, targetOf } from "../workload/ownership.ts";
import { inDeletionOrder } from "./deletion-order.ts";
import type { Replicated } from "./replicated.ts";
import { statusAfter, type StatusView } from "./status.ts";

/** The most pods that one pass creates or deletes; the next pass sees the rest. Kubernetes' own burst is 500. */
export const podsPerPassMax = 500;

export interface ReplicasView {
  readonly owner: Replicated | undefined;
  /** Pods that the owner controls, or that its selector means and nobody controls. */
  readonly pods: readonly Pod[];
  /** Pods that do the same job for a sibling, such as the replica sets of one deployment. */
  readonly related: () => readonly Pod[];
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export function keepReplicas({ owner, pods, related, now }: ReplicasView): Plan {
  if (owner === undefined) return nothing; // Deleted: the garbage collector owns the pods now.
  const { object, selector, minReadySeconds } = owner;
  // Pods that have ended are nobody's matter: neither adopted nor let go.
  const candidates = pods.filter((pod) => !isFinished(pod));
  const claims = claimsOf({ owner: object, selector, kind: podKind, candidates });
  const living = claims.owned.filter(isLiving);
  const terminating = claims.owned.length - living.length;
  const isEnding = object.metadata.deletionTimestamp !== undefined;
  const changes = isEnding ? [] : changesOf(owner, living, { related, now });
  return {
    effects: [
      ...claims.effects,
      ...changes,
      ...report({ owner, living, terminating, now }, { mayFail: changes.length > 0 }),
    ],
    ...requeueAt(living, minReadySeconds, now),
  };
}

function changesOf(
  owner: Replicated,
  living: readonly Pod[],
  { related, now }: Pick<ReplicasView, "related" | "now">,
): Effect[] {
  const missing = owner.replicas - living.length;
  if (missing > 0 && owner.template !== undefined) return createPods(owner, owner.template, missing);
  if (missing < 0) {
    const inOrder = inDeletionOrder(living, { related: [...living, ...related()], now });
    return deletePods(owner, inOrder.slice(0, Math.min(-missing, podsPerPassMax)));
  }
  return [];
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

function deletePods({ object }: Replicated, surplus: readonly Pod[]): Effect[] {
  const tells: Tells = {
    about: referenceTo(object),
    success: { reason: "SuccessfulDelete", text: "Deleted pod: " },
    failure: { reason: "FailedDelete", text: "Error deleting: " },
  };
  return surplus.map((pod) => ({
    type: "delete",
    kind: podKind,
    target: targetOf(pod),
    options: { preconditions: { uid: pod.metadata.uid } },
    tells,
  }));
}

/** Comes last: it says what became of the creations and deletions. */
function report(view: StatusView, { mayFail }: { readonly mayFail: boolean }): Effect[] {
  if (!mayFail && statusAfter(view, undefined) === undefined) return [];
  const { object, kind } = view.owner;
  const target = { ...targetOf(object), resourceVersion: object.metadata.resourceVersion };
  return [
    { type: "reportStatus", kind, target, statusAfter: (failure?: Failure) => statusAfter(view, failure) },
  ];
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
