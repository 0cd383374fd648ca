/**
 * Garbage collection: watches every kind there is, and wakes only what may have to go.
 *
 * Keys are uids. An actor lives as long as there is something to decide for its object: thousands of pods with
 * living owners cost nothing.
 */
import type { KubeObject, OwnerReference } from "@kubus/shared/api/meta.ts";
import { collectorFinalizer } from "../../api/deletion.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { kindOf } from "../../kinds/index.ts";
import type { Kind } from "../../kinds/kind.ts";
import { defineController } from "../engine/controller.ts";
import { isAwaited, reconcile, type Belonging, type GarbageView, type OwnerState } from "./reconcile.ts";

interface World {
  readonly cache: Cache;
  readonly now: number;
}

/** An owner that is stored elsewhere is seen by then. */
const unseenMaxMs = 10_000;

export const garbageController = defineController<GarbageView>({
  name: "garbage",
  guarantee: "What belongs to an object that is gone goes, too; nothing with a living owner does.",
  watches: [{ kind: "every", wakes: wakeConcerned }],
  observe: (uid, world) => {
    const { cache } = world;
    const object = cache.byUid(uid);
    const self = object === undefined ? undefined : belonging(object, cache);
    if (object === undefined || self === undefined) return { self: undefined, owners: [], dependents: [] };
    return {
      self,
      owners: (object.metadata.ownerReferences ?? []).map((reference) => ({
        reference,
        state: ownerState(world, self, reference),
      })),
      dependents: cache.dependentsOf(uid).flatMap((one) => belonging(one, cache) ?? []),
    };
  },
  reconcile,
  isGone: ({ owners }) => !owners.some(({ state }) => state === "unseen"),
  workersMax: 16,
});

function belonging(object: KubeObject, cache: Cache): Belonging | undefined {
  const kind = kindNamed(object, cache);
  return kind === undefined ? undefined : { object, kind };
}

/** Also a custom one, in whichever of its versions it is named. */
function kindNamed(
  { apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">,
  cache: Cache,
): Kind | undefined {
  return (
    kindOf(apiVersion, kind) ??
    cache.kinds().find((row) => row.kind === kind && row.group === groupOf(apiVersion))
  );
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";

function ownerState({ cache, now }: World, self: Belonging, reference: OwnerReference): OwnerState {
  const { object } = self;
  const ownerKind = kindNamed(reference, cache);
  if (ownerKind === undefined) return "solid"; // Of a kind that we do not know: nobody can tell.
  if (self.kind.scope === "Cluster" && ownerKind.scope === "Namespaced") return "impossible";
  const owner = cache.byUid(reference.uid);
  if (owner === undefined) return absence(ownerKind, self, now);
  if (!isReachable(object, owner, reference, ownerKind)) return "foreign";
  return isAwaited(owner) ? "waiting" : "solid";
}

/**
 * Two stores have no common order: an owner in the other one may not have been seen yet, while the object is young.
 * In the same store whoever has seen the object has seen all that was there before it.
 */
function absence(ownerKind: Kind, { object, kind }: Belonging, now: number): OwnerState {
  const ageMs = now - Date.parse(object.metadata.creationTimestamp);
  return ownerKind.storage === kind.storage || ageMs > unseenMaxMs ? "absent" : "unseen";
}

/** The reference names the object that it means, and that one may own this one. */
function isReachable(
  object: KubeObject,
  owner: KubeObject,
  reference: OwnerReference,
  ownerKind: Kind,
): boolean {
  const isNamed = owner.kind === reference.kind && owner.metadata.name === reference.name;
  const isNear = ownerKind.scope === "Cluster" || owner.metadata.namespace === object.metadata.namespace;
  return isNamed && isNear && ownerKind.group === groupOf(reference.apiVersion);
}

/** Uids of all that must be looked at because this object changed. */
function wakeConcerned({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const { uid } = object.metadata;
  const dependents = () => cache.dependentsOf(uid).map(({ metadata }) => metadata.uid);
  const owners = [object, previous].flatMap((one) => awaitingOwners(cache, one));
  if (type === "DELETED") return [...dependents(), ...owners];
  const becameAwaited = isAwaited(object) && (previous === undefined || !isAwaited(previous));
  return [...(isConcerned(cache, object) ? [uid] : []), ...(becameAwaited ? dependents() : []), ...owners];
}

/** Owners that wait in the foreground for this object to go. */
const awaitingOwners = (cache: Cache, object: KubeObject | undefined): readonly string[] =>
  (object?.metadata.ownerReferences ?? []).flatMap(({ uid }) => {
    const owner = cache.byUid(uid);
    return owner !== undefined && isAwaited(owner) ? [uid] : [];
  });

function isConcerned(cache: Cache, object: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [], ownerReferences = [] } = object.metadata;
  if (deletionTimestamp !== undefined) {
    return (
      finalizers.includes(collectorFinalizer.foreground) || finalizers.includes(collectorFinalizer.orphan)
    );
  }
  if (ownerReferences.length === 0) return false;
  const self = belonging(object, cache);
  // Whoever may be unseen is looked at; how long ago it was made matters only then.
  const world = { cache, now: Number.NEGATIVE_INFINITY };
  return self !== undefined && ownerReferences.some((owner) => ownerState(world, self, owner) !== "solid");
}
