/**
 * Garbage collection: what becomes of one object when its owners go, or when it goes and others belong to it. Pure.
 *
 * INVARIANT: nothing is deleted as long as one of its owners lives, or may live without our knowing. The rules are
 * Kubernetes': background, foreground and orphan; an owner in another namespace is no owner.
 */
import type { KubeObject, OwnerReference } from "@kubus/shared/api/meta.ts";
import { collectorFinalizer } from "../../api/deletion.ts";
import type { Kind } from "../../kinds/kind.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { referenceTo, targetOf } from "../workload/ownership.ts";

/**
 * What is known of an owner that an object names.
 * - `solid`: it lives, or nobody can tell (its kind is unknown here).
 * - `waiting`: it is being deleted in the foreground, and waits for what belongs to it.
 * - `absent`: it is gone.
 * - `foreign`: there is such an object, but where it may not own this one.
 * - `impossible`: it lives in a namespace, and this object does not. Nobody can tell where it should be looked for.
 * - `unseen`: it is not there, but may only not have been seen yet.
 */
export type OwnerState = "solid" | "waiting" | "absent" | "foreign" | "impossible" | "unseen";

export interface Owner {
  readonly reference: OwnerReference;
  readonly state: OwnerState;
}

export interface Belonging {
  readonly object: KubeObject;
  readonly kind: Kind;
}

export interface GarbageView {
  readonly self: Belonging | undefined;
  readonly owners: readonly Owner[];
  /** What names this object among its owners. */
  readonly dependents: readonly Belonging[];
}

/** How long an owner that is stored elsewhere may take to be seen. */
export const unseenRetryMs = 1_000;

export function reconcile({ self, owners, dependents }: GarbageView): Plan {
  if (self === undefined) return nothing;
  const { metadata } = self.object;
  if (metadata.deletionTimestamp === undefined) return collect(self, owners, dependents);
  if (isAwaited(self.object)) return finishForeground(self, dependents);
  if (metadata.finalizers?.includes(collectorFinalizer.orphan)) return releaseAll(self, dependents);
  return nothing;
}

/** It is deleted in the foreground: what belongs to it goes first. */
export const isAwaited = ({ metadata }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (metadata.finalizers?.includes(collectorFinalizer.foreground) ?? false);

function collect(self: Belonging, owners: readonly Owner[], dependents: readonly Belonging[]): Plan {
  const states = new Set(owners.map(({ state }) => state));
  if (states.size === 0) return nothing;
  // Kubernetes never collects an object of the whole cluster that names an owner in a namespace.
  if (states.has("impossible")) return { effects: impossible(self, owners) };
  if (states.has("unseen")) return { effects: [], requeueAfterMs: unseenRetryMs };
  if (states.has("solid")) {
    const kept = owners.filter(({ state }) => state === "solid");
    return kept.length === owners.length
      ? nothing
      : {
          effects: [
            writeOwners(
              self,
              kept.map(({ reference }) => reference),
            ),
          ],
        };
  }
  const foreign = owners.filter(({ state }) => state === "foreign");
  return {
    effects: [
      ...foreign.map((owner) => tellForeign(self, owner)),
      ...(isInCircle(states, dependents) ? [letOwnersGo(self)] : []),
      remove(self, states, dependents),
    ],
  };
}

/** An owner waits for it, and so does it for something that waits, too: perhaps for that very owner. */
const isInCircle = (states: ReadonlySet<OwnerState>, dependents: readonly Belonging[]): boolean =>
  states.has("waiting") && dependents.some(({ object }) => isAwaited(object));

/** Of objects that own each other in a circle, and all wait for each other, one must stop holding its owners. */
const letOwnersGo = (self: Belonging): Effect =>
  writeOwners(
    self,
    (self.object.metadata.ownerReferences ?? []).map((owner) => ({ ...owner, blockOwnerDeletion: false })),
  );

function remove(
  { kind, object }: Belonging,
  states: ReadonlySet<OwnerState>,
  dependents: readonly Belonging[],
): Effect {
  const { uid, resourceVersion, finalizers = [] } = object.metadata;
  const asForeground =
    finalizers.includes(collectorFinalizer.foreground) || (states.has("waiting") && dependents.length > 0);
  const propagationPolicy = finalizers.includes(collectorFinalizer.orphan)
    ? "Orphan"
    : asForeground
      ? "Foreground"
      : "Background";
  // One that was just made to let go is another version by now; its owners are the same.
  const preconditions = isInCircle(states, dependents) ? { uid } : { uid, resourceVersion };
  const options = { propagationPolicy, preconditions } as const;
  return { type: "delete", kind, target: targetOf(object), options };
}

function finishForeground({ object, kind }: Belonging, dependents: readonly Belonging[]): Plan {
  const holding = dependents.filter(
    (one) => one.object.metadata.ownerReferences?.some((owner) => isHolding(owner, object)) === true,
  );
  // Each dependent sees by itself that its owner waits, and goes.
  return holding.length > 0
    ? nothing
    : { effects: [dropFinalizer(kind, object, collectorFinalizer.foreground)] };
}

const isHolding = ({ uid, blockOwnerDeletion }: OwnerReference, owner: KubeObject): boolean =>
  uid === owner.metadata.uid && blockOwnerDeletion === true;

function releaseAll({ object, kind }: Belonging, dependents: readonly Belonging[]): Plan {
  const releases = dependents.map((one) =>
    writeOwners(
      one,
      (one.object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== object.metadata.uid),
    ),
  );
  return { effects: [...releases, dropFinalizer(kind, object, collectorFinalizer.orphan)] };
}

function writeOwners({ object, kind }: Belonging, owners: readonly OwnerReference[]): Effect {
  const { resourceVersion } = object.metadata;
  const patch = { metadata: { resourceVersion, ownerReferences: owners.length === 0 ? null : owners } };
  return { type: "patch", kind, target: targetOf(object), patch };
}

function dropFinalizer(kind: Kind, object: KubeObject, finalizer: string): Effect {
  const { resourceVersion, finalizers = [] } = object.metadata;
  const target = { ...targetOf(object), resourceVersion };
  return { type: "setFinalizers", kind, target, finalizers: finalizers.filter((name) => name !== finalizer) };
}

const impossible = (self: Belonging, owners: readonly Owner[]): readonly Effect[] =>
  owners.filter(({ state }) => state === "impossible").map((owner) => tellForeign(self, owner));

const tellForeign = ({ object }: Belonging, { reference }: Owner): Effect => ({
  type: "recordEvent",
  about: referenceTo(object),
  eventType: "Warning",
  reason: "OwnerRefInvalidNamespace",
  message: `ownerRef [${reference.apiVersion}/${reference.kind}, name: ${reference.name}, uid: ${reference.uid}] does not exist in namespace "${object.metadata.namespace ?? ""}"`,
});
