/**
 * Boards that reach what the pod stores: volumes that its claims are bound to, or may be bound to. Pure.
 *
 * A claim whose class waits for its first consumer is bound only when a board is chosen: a free volume that the board
 * reaches will do, or a class that can make one there.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import type { StorageClass } from "@kubus/shared/api/storage.ts";
import {
  volumeAnnotation,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@kubus/shared/api/volume.ts";
import { isKeptFor, isReachable, volumeFor } from "../../controllers/persistentvolume/match.ts";
import { storageClassOf } from "../../kinds/core/volumes/storage-class.ts";
import { amountOf } from "../requests.ts";
import type { Storage, Surroundings } from "../surroundings/surroundings.ts";
import type { Want } from "../want.ts";
import { objection, type Check, type Filter } from "./filter-row.ts";

/** On a claim: the board that the scheduler chose for it, and whether it has its volume. */
const { selectedNode, bindCompleted } = volumeAnnotation;
/** The provisioner of classes whose volumes are made by hand. */
const byHand = "kubernetes.io/no-provisioner";

type Claim = PersistentVolumeClaim;

const unreachable = objection("node(s) had volume node affinity conflict", "final");
const noneToBind = objection("node(s) didn't find available persistent volumes to bind", "final");
const vanished = objection(
  "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",
  "final",
);
const inUse = objection(
  "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode",
  "evictable",
);

export const volumes: Filter = {
  name: "volumes",
  helpedBy: ["boardCame", "boardLabels", "claim", "volume", "storageClass", "podLeft"],
  isAboutOthers: true,
  prepare: (want, around) => {
    if (want.claims.length === 0) return undefined;
    const found = claimsOf(want, around.storage);
    if ("refuses" in found) return found;
    const checks = [
      exclusive(want, found.claims, around),
      reaching(found.bound, around.storage),
      bindable(found.delayed, around.storage),
    ].filter((check) => check !== undefined);
    return (board) => {
      for (const check of checks) {
        const objects = check(board);
        if (objects !== undefined) return objects;
      }
      return undefined;
    };
  },
};

interface Claims {
  readonly claims: readonly Claim[];
  readonly bound: readonly Claim[];
  /** They wait for a board to be chosen. */
  readonly delayed: readonly Claim[];
}

export function claimsOf({ pod, claims }: Want, storage: Storage): Claims | { readonly refuses: string } {
  const found: Claim[] = [];
  for (const { name, isEphemeral } of claims) {
    const claim = storage.claim(pod.metadata.namespace ?? "", name);
    const refuses = whyUnusable(claim, name, isEphemeral);
    if (refuses !== undefined) return { refuses };
    if (claim !== undefined) found.push(claim);
  }
  const open = found.filter((claim) => !isBound(claim));
  const delayed = open
    .filter(({ spec }) => (spec.volumeName ?? "") === "")
    .filter((c) => isDelayed(c, storage));
  if (delayed.length < open.length) return { refuses: "pod has unbound immediate PersistentVolumeClaims" };
  return { claims: found, bound: found.filter(isBound), delayed };
}

function whyUnusable(claim: Claim | undefined, name: string, isEphemeral: boolean): string | undefined {
  if (claim === undefined)
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : `persistentvolumeclaim "${name}" not found`;
  if (claim.status?.phase === "Lost")
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ""}"`;
  if (claim.metadata.deletionTimestamp !== undefined)
    return `persistentvolumeclaim "${name}" is being deleted`;
  return undefined;
}

/** Both sides have agreed, as the binding of claims notes last of all. */
export const isBound = ({ metadata, spec, status }: Claim): boolean =>
  (spec.volumeName ?? "") !== "" &&
  (metadata.annotations?.[bindCompleted] !== undefined || status?.phase === "Bound");

const isDelayed = (claim: Claim, storage: Storage): boolean =>
  storage.storageClass(storageClassOf(claim))?.volumeBindingMode === "WaitForFirstConsumer";

function exclusive(want: Want, claims: readonly Claim[], around: Surroundings): Check | undefined {
  const exclusives = claims.filter(({ spec }) => spec.accessModes?.includes("ReadWriteOncePod") === true);
  const isTaken = exclusives.some(({ metadata }) =>
    around
      .usersOf(`${metadata.namespace ?? ""}/${metadata.name}`)
      .some(({ pod }) => pod.metadata.uid !== want.pod.metadata.uid),
  );
  return isTaken ? () => inUse : undefined;
}

function reaching(bound: readonly Claim[], storage: Storage): Check | undefined {
  if (bound.length === 0) return undefined;
  const found = bound.map(({ spec }) => storage.volume(spec.volumeName ?? ""));
  if (found.includes(undefined)) return () => vanished;
  const limited = found.filter((volume) => volume?.spec.nodeAffinity !== undefined);
  return ({ node }) =>
    limited.every((volume) => volume === undefined || isReachable(volume, node)) ? undefined : unreachable;
}

function bindable(delayed: readonly Claim[], storage: Storage): Check | undefined {
  if (delayed.length === 0) return undefined;
  const sizeOf = ({ spec }: Claim) => amountOf("storage", spec.resources?.requests?.["storage"] ?? "0");
  const claims = [...delayed]
    .sort((a, b) => sizeOf(a) - sizeOf(b))
    .map((claim) => ({
      claim,
      offers: storage.volumes().filter((volume) => isOffered(volume, claim)),
      storageClass: storage.storageClass(storageClassOf(claim)),
    }));
  return ({ node }) => {
    const taken = new Set<PersistentVolume>();
    for (const { claim, offers, storageClass } of claims) {
      const chosen = claim.metadata.annotations?.[selectedNode];
      if (chosen !== undefined && chosen !== node.metadata.name) return noneToBind;
      const free = offers.filter((volume) => !taken.has(volume));
      const volume = volumeFor(claim, free, node);
      if (volume !== undefined) taken.add(volume);
      else if (!isMadeFor(storageClass, node)) return noneToBind;
    }
    return undefined;
  };
}

/** Leaves out what is bound already: there are many of those, and each board asks. */
const isOffered = (volume: PersistentVolume, claim: Claim): boolean =>
  isKeptFor(volume, claim) ||
  (volume.spec.claimRef === undefined && storageClassOf(volume) === storageClassOf(claim));

/** Whether the class can make a volume that this board reaches. */
function isMadeFor(storageClass: StorageClass | undefined, { metadata }: Node): boolean {
  if (storageClass === undefined || storageClass.provisioner === byHand) return false;
  const { allowedTopologies = [] } = storageClass;
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(metadata.labels?.[key] ?? "")),
  );
}
