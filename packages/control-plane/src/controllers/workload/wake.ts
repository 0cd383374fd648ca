/**
 * Whom a change of a pod (or of anything else that is owned) wakes: its controller, the one it had before, and for an
 * orphan everybody whose selector means it.
 */
import { controllerOf, keyOf, type KubeObject, type LabelSelector } from "@kubus/shared/api/meta.ts";
import type { Cache, CacheEvent, CacheIndex } from "../../cache/cache.ts";
import type { Kind } from "../../kinds/kind.ts";
import { labelsAskedFor, labelsToLookFor, matcherOf, selects } from "./selection.ts";

export interface OwnersOptions<T extends KubeObject> {
  readonly ownerKind: Kind<T>;
  readonly selectorOf: (owner: T) => LabelSelector | undefined;
}

export const wakeSelf = ({ object }: CacheEvent): readonly string[] => [keyOf(object)];

/** Keys of the owners that must look again. */
export const wakeOwners = <T extends KubeObject>({ ownerKind, selectorOf }: OwnersOptions<T>) => {
  const byLabel: CacheIndex<T> = {
    kind: ownerKind,
    valuesOf: (owner) => labelsAskedFor(selectorOf(owner)).map((label) => inNamespaceOf(owner, label)),
  };
  const meant = (orphan: KubeObject, cache: Cache): readonly string[] =>
    labelsToLookFor(orphan.metadata.labels)
      .flatMap((label) => cache.indexed(byLabel, inNamespaceOf(orphan, label)))
      .filter((owner) => selects(selectorOf(owner), orphan.metadata.labels))
      .map(keyOf);
  return ({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] => {
    const owners = [object, previous].flatMap((one) =>
      one === undefined ? [] : ownerKey(one, ownerKind.kind),
    );
    const isOrphan = type !== "DELETED" && controllerOf(object) === undefined;
    return [...new Set([...owners, ...(isOrphan ? meant(object, cache) : [])])];
  };
};

const inNamespaceOf = ({ metadata }: KubeObject, label: string): string =>
  `${metadata.namespace ?? ""}/${label}`;

function ownerKey(object: KubeObject, kind: string): readonly string[] {
  const controller = controllerOf(object);
  if (controller?.kind !== kind) return [];
  const { namespace } = object.metadata;
  return [keyOf({ metadata: { name: controller.name, ...(namespace === undefined ? {} : { namespace }) } })];
}

/**
 * What an owner may have to do with: what it controls, and what nobody controls and its selector means. Looks at no
 * more than these and the orphans of the namespace.
 */
export function candidatesOf<T extends KubeObject>(
  cache: Cache,
  kind: Kind<T>,
  owner: { readonly object: KubeObject; readonly selector: LabelSelector | undefined },
): readonly T[] {
  const owned = cache.controlledBy(kind, owner.object.metadata.uid);
  const isMeant = matcherOf(owner.selector);
  const orphans = cache
    .indexed(orphansOf(kind), owner.object.metadata.namespace ?? "")
    .filter(({ metadata }) => isMeant(metadata.labels));
  return [...owned, ...orphans];
}

/** By namespace: what nobody controls. One index for all who ask for a kind. */
function orphansOf<T extends KubeObject>(kind: Kind<T>): CacheIndex<T> {
  const known = orphanIndexes.get(kind);
  if (known !== undefined) return known as CacheIndex<T>;
  const index: CacheIndex<T> = {
    kind,
    valuesOf: (object) => (controllerOf(object) === undefined ? [object.metadata.namespace ?? ""] : []),
  };
  orphanIndexes.set(kind, index);
  return index;
}

const orphanIndexes = new WeakMap<object, unknown>();

/** The two parts of a key. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}
