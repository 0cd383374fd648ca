/**
 * What is true of a volume, told from one view of it: the plan and the volume's life are both made from this. Pure.
 *
 * Whose it is follows Kubernetes' volume controller. What becomes of one that is provisioned here and needed no more:
 * a board deletes its data, and the volume remembers that in its status until it is gone itself.
 */
import {
  provisionerName,
  volumeAnnotation,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@kubus/shared/api/volume.ts";
import { noted } from "./claim-state.ts";
import { isBuiltIn, reclaimFinalizer } from "./provision.ts";

export const volumeLimits = {
  /** Between two tries to delete a volume's data, when the board says why it cannot. */
  retryMs: 30_000,
  /** The same, when it says nothing: its agent may be about to come back. */
  askAgainMs: 3_000,
} as const;

/** Reasons in the status: the data is gone and only the object is left; the board was asked in vain. */
export const dataRemoved = "DataRemoved";
export const boardSilent = "BoardSilent";

/** The board that can delete a volume's data. */
export type Remover =
  { readonly board: string; readonly why?: undefined } | { readonly why: string; readonly board?: undefined };

export interface VolumeView {
  readonly volume: PersistentVolume | undefined;
  /** The claim of the name that the volume is kept for, whichever it is. */
  readonly claim: PersistentVolumeClaim | undefined;
  /** The names of pods on boards that use that claim. Asked only when the claim is gone. */
  readonly users: () => readonly string[];
  /** Asked only when the data is to be deleted. */
  readonly remover: () => Remover;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export type VolumeState =
  | { readonly is: "gone" }
  | { readonly is: "available" }
  | { readonly is: "reserved"; readonly claim: string }
  | { readonly is: "bound"; readonly claim: string }
  /** The claim has another volume: this one is not needed. */
  | { readonly is: "unneeded"; readonly byUser: boolean }
  /** The claim is gone, the volume stays. */
  | { readonly is: "kept"; readonly why: string }
  | { readonly is: "used"; readonly pods: readonly string[] }
  | { readonly is: "unreached"; readonly why: string; readonly dueInMs?: number }
  | { readonly is: "reclaimed"; readonly board: string }
  | { readonly is: "emptied" }
  /** `dueInMs` undefined: another try would not help. */
  | {
      readonly is: "failed";
      readonly reason: string;
      readonly message: string;
      readonly dueInMs?: number;
    }
  | { readonly is: "ending" };

type Volume = PersistentVolume;

export function volumeState(view: VolumeView): VolumeState {
  const { volume, claim } = view;
  if (volume === undefined) return { is: "gone" };
  const { claimRef } = volume.spec;
  const isEnding = volume.metadata.deletionTimestamp !== undefined;
  if (claimRef === undefined || (claimRef.uid ?? "") === "") {
    if (isEnding) return isHeld(volume) ? reclaimState(volume, view) : { is: "ending" };
    if (claimRef === undefined) return { is: "available" };
    return { is: "reserved", claim: nameOf(claimRef) };
  }
  if (claim?.metadata.uid !== claimRef.uid) return reclaimState(volume, view);
  const { volumeName = "" } = claim?.spec ?? {};
  if (volumeName === "" || volumeName === volume.metadata.name)
    return { is: "bound", claim: nameOf(claimRef) };
  if (noted(volume, volumeAnnotation.provisionedBy) && policyOf(volume) === "Delete")
    return reclaimState(volume, view);
  return { is: "unneeded", byUser: !noted(volume, volumeAnnotation.boundByController) };
}

const nameOf = ({ namespace = "", name = "" }: { readonly namespace?: string; readonly name?: string }) =>
  `${namespace}/${name}`;

const policyOf = ({ spec }: Volume) => spec.persistentVolumeReclaimPolicy ?? "Retain";
const isHeld = ({ metadata }: Volume) => metadata.finalizers?.includes(reclaimFinalizer) === true;

/** Nobody's claim has it. */
function reclaimState(volume: Volume, view: VolumeView): VolumeState {
  const { name, deletionTimestamp } = volume.metadata;
  switch (policyOf(volume)) {
    case "Retain":
      return deletionTimestamp === undefined
        ? { is: "kept", why: "its policy is Retain: it and its data stay until somebody deletes them" }
        : { is: "ending" };
    case "Recycle":
      return failed("VolumeFailedRecycle", "No recycler plugin found for the volume!");
    case "Delete":
      break;
  }
  const provisioner = volume.metadata.annotations?.[volumeAnnotation.provisionedBy];
  if (provisioner === undefined)
    return failed(
      "VolumeFailedDelete",
      `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`,
    );
  if (!isBuiltIn(provisioner))
    return { is: "kept", why: `waits for provisioner ${provisioner} to delete it` };
  return dataState(volume, view);
}

const failed = (reason: string, message: string): VolumeState => ({ is: "failed", reason, message });

/** Its data is to go. */
function dataState({ status = {} }: Volume, { users, remover, now }: VolumeView): VolumeState {
  if (status.reason === dataRemoved) return { is: "emptied" };
  const pods = users();
  if (pods.length > 0) return { is: "used", pods };
  const { board, why } = remover();
  if (board === undefined) return { is: "unreached", why };
  const { phase, reason, message = "", lastPhaseTransitionTime } = status;
  const waitedMs = now - Date.parse(lastPhaseTransitionTime ?? "");
  const { retryMs, askAgainMs } = volumeLimits;
  if (reason === boardSilent && waitedMs < askAgainMs)
    return { is: "unreached", why: message, dueInMs: askAgainMs - waitedMs };
  if (phase === "Failed" && waitedMs < retryMs)
    return { is: "failed", reason: "VolumeFailedDelete", message, dueInMs: retryMs - waitedMs };
  return { is: "reclaimed", board };
}

/** Where the data of a volume lies: on one board, or in a folder that many share. Undefined: nobody here can tell. */
export type Seat =
  { readonly node: string; readonly path: string } | { readonly folder: string; readonly path: string };

export function seatOf({ metadata, spec }: Volume): Seat | undefined {
  const provisioner = metadata.annotations?.[volumeAnnotation.provisionedBy];
  if (provisioner === provisionerName.shared && spec.hostPath !== undefined) {
    const { path } = spec.hostPath;
    return { folder: path.slice(0, path.lastIndexOf("/")), path };
  }
  const [term] = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const node = term?.matchExpressions?.find(({ key }) => key === "kubernetes.io/hostname")?.values?.[0];
  return provisioner === provisionerName.localPath && spec.local !== undefined && node !== undefined
    ? { node, path: spec.local.path }
    : undefined;
}
