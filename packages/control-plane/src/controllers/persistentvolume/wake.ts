/**
 * Whom a change wakes among claims and volumes. Cheap: pods and nodes change all the time, and most have nothing to do
 * with either.
 */
import { keyOf } from "@kubus/shared/api/meta.ts";
import { nodeAnnotation, type Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import {
  volumeAnnotation,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@kubus/shared/api/volume.ts";
import { newestDefaultStorageClass } from "../../api/admission/default-class.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { storageClassOf } from "../../kinds/core/volumes/storage-class.ts";
import { persistentVolumeClaimKind, persistentVolumeKind } from "../../kinds/index.ts";
import { claimsOf } from "../../api/authorization/pod-references.ts";
import { isThere } from "./remover.ts";

type Keys = readonly string[];
type Claim = PersistentVolumeClaim;
type Volume = PersistentVolume;

const isLooking = (claim: Claim) => (claim.status?.phase ?? "Pending") === "Pending";

/** The claims that have it or had it; those that name it; and when anybody may have it, those that look for one. */
export function wakeClaimsOfVolume({ object, previous }: CacheEvent, cache: Cache): Keys {
  const volume = object as Volume;
  const holders = [volume, previous as Volume | undefined].flatMap((one) => {
    const { namespace = "", name = "" } = one?.spec.claimRef ?? {};
    return name === "" ? [] : [`${namespace}/${name}`];
  });
  if (volume.spec.claimRef !== undefined) return [...new Set(holders)];
  const { name } = volume.metadata;
  const lookers = cache
    .list(persistentVolumeClaimKind)
    .filter((claim) => {
      const named = claim.spec.volumeName ?? "";
      return named === ""
        ? isLooking(claim) && storageClassOf(claim) === storageClassOf(volume)
        : named === name;
    })
    .map(keyOf);
  return [...new Set([...holders, ...lookers])];
}

/** Claims of that class that look for a volume, and those without a class when it is the default. */
export function wakeClaimsOfClass({ object }: CacheEvent, cache: Cache): Keys {
  const { name } = object.metadata;
  const isDefault = newestDefaultStorageClass([object]) !== undefined;
  return cache
    .list(persistentVolumeClaimKind)
    .filter((claim) => {
      const asked = storageClassOf(claim);
      return isLooking(claim) && (asked === name || (asked === "" && isDefault));
    })
    .map(keyOf);
}

/** Claims that wait for this node: when it comes or goes, or begins to offer a folder. */
export function wakeClaimsOfNode({ type, object, previous }: CacheEvent, cache: Cache): Keys {
  const folderOf = (node: Pick<Node, "metadata"> | undefined) =>
    node?.metadata.annotations?.[nodeAnnotation.volumesFolder];
  if (type === "MODIFIED" && folderOf(object) === folderOf(previous)) return [];
  const { name } = object.metadata;
  return cache
    .list(persistentVolumeClaimKind)
    .filter(
      (claim) => isLooking(claim) && claim.metadata.annotations?.[volumeAnnotation.selectedNode] === name,
    )
    .map(keyOf);
}

/** Claims that wait for their first pod say which one. */
export function wakeClaimsOfPod({ type, object }: CacheEvent, cache: Cache): Keys {
  if (type === "MODIFIED") return [];
  return claimKeysOf(object as Pod).filter((key) => {
    const claim = claimAt(key, cache);
    return claim !== undefined && isLooking(claim);
  });
}

const claimKeysOf = (pod: Pod): Keys =>
  claimsOf(pod).map((name) => keyOf({ metadata: { ...pod.metadata, name } }));

function claimAt(key: string, cache: Cache): Claim | undefined {
  const [namespace = "", name = ""] = key.split("/");
  return cache.get(persistentVolumeClaimKind, namespace, name);
}

/** Its volume; and when it got one or is gone, whatever else is kept for it. */
export function wakeVolumesOfClaim({ type, object, previous }: CacheEvent, cache: Cache): Keys {
  const named = [object, previous].flatMap((one) => {
    const name = (one as Claim | undefined)?.spec.volumeName ?? "";
    return name === "" ? [] : [name];
  });
  const { uid, name, namespace } = object.metadata;
  const hasChosen = (object as Claim).spec.volumeName !== (previous as Claim | undefined)?.spec.volumeName;
  if (type !== "DELETED" && !hasChosen) return [...new Set(named)];
  const kept = cache
    .list(persistentVolumeKind)
    .filter(
      ({ spec: { claimRef } }) =>
        claimRef?.uid === uid || (claimRef?.name === name && claimRef.namespace === namespace),
    )
    .map((volume) => volume.metadata.name);
  return [...new Set([...named, ...kept])];
}

const isUnneeded = ({ status }: Volume) => status?.phase === "Released" || status?.phase === "Failed";

/** Volumes whose data is to be deleted, when a board can be asked again. */
export function wakeVolumesOfNode({ type, object, previous }: CacheEvent, cache: Cache): Keys {
  const was = previous !== undefined && isThere(previous as Node);
  if (type === "MODIFIED" && isThere(object as Node) === was) return [];
  return cache
    .list(persistentVolumeKind)
    .filter(isUnneeded)
    .map(({ metadata }) => metadata.name);
}

/** Volumes that waited for this pod to let go of their data. */
export function wakeVolumesOfPod({ type, object }: CacheEvent, cache: Cache): Keys {
  const claims = type === "DELETED" ? claimKeysOf(object as Pod) : [];
  if (claims.length === 0) return [];
  return cache
    .list(persistentVolumeKind)
    .filter((volume) => {
      const { namespace = "", name = "" } = volume.spec.claimRef ?? {};
      return isUnneeded(volume) && claims.includes(`${namespace}/${name}`);
    })
    .map(({ metadata }) => metadata.name);
}
