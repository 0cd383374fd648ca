/**
 * Who belongs to whom: adopts what a selector means and nobody controls, lets go of what it no longer means. Pure.
 *
 * Every write names the version it was decided on, so that two owners cannot take the same object.
 */
import {
  controllerOf,
  type KubeObject,
  type LabelSelector,
  type OwnerReference,
} from "@kubus/shared/api/meta.ts";
import type { ObjectReference } from "@kubus/shared/api/core.ts";
import type { AnyKind, Effect } from "../engine/plan.ts";
import { matcherOf } from "./selection.ts";

export interface Claims<T> {
  /** Owned now, or after the effects. */
  readonly owned: readonly T[];
  readonly effects: readonly Effect[];
}

export interface ClaimOptions<T> {
  readonly owner: KubeObject;
  readonly selector: LabelSelector | undefined;
  readonly kind: AnyKind;
  /** All objects that the owner controls or the selector means. */
  readonly candidates: readonly T[];
}

export function claimsOf<T extends KubeObject>(options: ClaimOptions<T>): Claims<T> {
  const { owner, selector, kind, candidates } = options;
  const isEnding = owner.metadata.deletionTimestamp !== undefined;
  const isSelected = matcherOf(selector);
  const owned: T[] = [];
  const effects: Effect[] = [];
  for (const object of candidates) {
    const controller = controllerOf(object);
    const isMeant = isSelected(object.metadata.labels);
    if (controller?.uid === owner.metadata.uid) {
      if (isMeant) owned.push(object);
      else if (!isEnding) effects.push(writeOwners(kind, object, ownersWithout(object, owner)));
    } else if (controller === undefined && isMeant && !isEnding && isLasting(object)) {
      owned.push(object);
      effects.push(writeOwners(kind, object, [...ownersWithout(object, owner), ownerReference(owner)]));
    }
  }
  return { owned, effects };
}

const isLasting = ({ metadata }: KubeObject) => metadata.deletionTimestamp === undefined;

const ownersWithout = ({ metadata }: KubeObject, owner: KubeObject): readonly OwnerReference[] =>
  (metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);

function writeOwners(kind: AnyKind, object: KubeObject, owners: readonly OwnerReference[]): Effect {
  const { name, namespace, resourceVersion } = object.metadata;
  const target = namespace === undefined ? { name } : { name, namespace };
  const patch = { metadata: { resourceVersion, ownerReferences: owners.length === 0 ? null : owners } };
  return { type: "patch", kind, target, patch };
}

/** The reference that a controller puts into what it makes. */
export const ownerReference = ({
  apiVersion,
  kind,
  metadata: { name, uid },
}: KubeObject): OwnerReference => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});

/** For events: whom they are about. */
export const referenceTo = ({ apiVersion, kind, metadata }: KubeObject): ObjectReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
});

/** A target that names the object's namespace only where it has one. */
export const targetOf = ({ metadata: { name, namespace } }: KubeObject) =>
  namespace === undefined ? { name } : { name, namespace };
