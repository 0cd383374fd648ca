/**
 * Whom a change of a pod (or of anything else that is owned) wakes: its controller, the one it had before, and for an
 * orphan everybody whose selector means it.
 */
import { controllerOf, keyOf, type KubeObject, type LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import type { Kind } from "../../kinds/kind.ts";
import { selects } from "./selection.ts";

export interface OwnersOptions<T extends KubeObject> {
  readonly ownerKind: Kind<T>;
  readonly selectorOf: (owner: T) => LabelSelector | undefined;
}

export const wakeSelf = ({ object }: CacheEvent): readonly string[] => [keyOf(object)];

/** Keys of the owners that must look again. */
export const wakeOwners =
  <T extends KubeObject>({ ownerKind, selectorOf }: OwnersOptions<T>) =>
  ({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] => {
    const owners = [object, previous].flatMap((one) =>
      one === undefined ? [] : ownerKey(one, ownerKind.kind),
    );
    if (controllerOf(object) !== undefined || type === "DELETED") return [...new Set(owners)];
    const meant = cache
      .list(ownerKind, object.metadata.namespace)
      .filter((owner) => selects(selectorOf(owner), object.metadata.labels))
      .map(keyOf);
    return [...new Set([...owners, ...meant])];
  };

function ownerKey(object: KubeObject, kind: string): readonly string[] {
  const controller = controllerOf(object);
  if (controller?.kind !== kind) return [];
  const { namespace } = object.metadata;
  return [keyOf({ metadata: { name: controller.name, ...(namespace === undefined ? {} : { namespace }) } })];
}

/** What an owner may have to do with: what it controls, and what nobody controls and its selector means. */
export function candidatesOf<T extends KubeObject>(
  cache: Cache,
  kind: Kind<T>,
  owner: { readonly object: KubeObject; readonly selector: LabelSelector | undefined },
): readonly T[] {
  const owned = cache.controlledBy(kind, owner.object.metadata.uid);
  const orphans = cache
    .list(kind, owner.object.metadata.namespace)
    .filter((one) => controllerOf(one) === undefined && selects(owner.selector, one.metadata.labels));
  return [...owned, ...orphans];
}

/** The two parts of a key. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}
