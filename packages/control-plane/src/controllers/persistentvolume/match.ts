/**
 * Which volume fits a claim, and which boards reach a volume. Pure.
 *
 * The scheduler asks before it chooses a board, the binding of claims asks again when it binds: one answer for both.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { labelQueryOf, matchesLabels } from "../../api/selectors.ts";
import { storageClassOf } from "../../kinds/core/volumes/storage-class.ts";
import { isTermMet } from "../../nodes/node-terms.ts";

type Volume = PersistentVolume;
type Claim = PersistentVolumeClaim;

/** Whether pods on this node can use the volume: its node affinity. A volume without one is reached from everywhere. */
export function isReachable({ spec }: Volume, node: Node): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => isTermMet(term, node));
}

/**
 * The volume that this claim gets: the one that is kept for it, else the smallest of those that fit and are free.
 *
 * `node`: only a volume that is reachable from there. Whoever names a volume (`volumeName`) gets that one or none, and a
 * volume kept for the claim that the node does not reach excludes all others, as in Kubernetes.
 */
export function volumeFor(claim: Claim, volumes: readonly Volume[], node?: Node): Volume | undefined {
  const named = claim.spec.volumeName ?? "";
  const candidates = volumes.filter(
    (volume) => (named === "" || volume.metadata.name === named) && isOfSize(volume, claim),
  );
  const reached = (volume: Volume) => node === undefined || isReachable(volume, node);
  const kept = candidates.find((volume) => isKeptFor(volume, claim));
  if (kept !== undefined) return reached(kept) ? kept : undefined;
  return candidates
    .filter((volume) => isFree(volume) && isSameSort(volume, claim) && reached(volume))
    .reduce<Volume | undefined>(
      (best, one) => (best === undefined || isBetter(one, best) ? one : best),
      undefined,
    );
}

/** Whether the volume says that it is this claim's: by its uid, or by its name when somebody reserved it by hand. */
export function isKeptFor({ spec: { claimRef } }: Volume, { metadata }: Claim): boolean {
  if (claimRef?.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return (claimRef.uid ?? "") === "" || claimRef.uid === metadata.uid;
}

/** What the claim asks for, whoever chose the volume. */
function isOfSize(volume: Volume, { spec }: Claim): boolean {
  return (
    capacityOf(volume) >= billionths(spec.resources?.requests?.["storage"]) &&
    (volume.spec.volumeMode ?? "Filesystem") === (spec.volumeMode ?? "Filesystem") &&
    volume.metadata.deletionTimestamp === undefined
  );
}

export const hasAccessModes = ({ spec }: Volume, { spec: { accessModes = [] } }: Claim): boolean =>
  accessModes.every((mode) => spec.accessModes?.includes(mode) === true);

const isFree = ({ spec, status }: Volume): boolean =>
  spec.claimRef === undefined && status?.phase === "Available";

const isSameSort = (volume: Volume, claim: Claim): boolean =>
  storageClassOf(volume) === storageClassOf(claim) &&
  (volume.spec.volumeAttributesClassName ?? "") === (claim.spec.volumeAttributesClassName ?? "") &&
  hasAccessModes(volume, claim) &&
  (claim.spec.selector === undefined ||
    matchesLabels(labelQueryOf(claim.spec.selector), volume.metadata.labels));

/** What offers less beyond the wish comes first: fewer ways of access, then less room, then by name. */
function isBetter(one: Volume, other: Volume): boolean {
  const modes = (one.spec.accessModes?.length ?? 0) - (other.spec.accessModes?.length ?? 0);
  if (modes !== 0) return modes < 0;
  const [room, otherRoom] = [capacityOf(one), capacityOf(other)];
  return room === otherRoom ? one.metadata.name < other.metadata.name : room < otherRoom;
}

const capacityOf = ({ spec }: Volume): bigint => billionths(spec.capacity?.["storage"]);

const billionths = (amount: string | number = "0"): bigint => parseQuantity(amount) ?? 0n;
