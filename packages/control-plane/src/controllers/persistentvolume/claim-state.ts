/**
 * What is true of a claim, told from one view of it: the plan and the claim's life are both made from this. Pure.
 *
 * The rules, their order and their words are those of Kubernetes' volume controller. One thing is different: the volume
 * of a claim that waits for its first pod is chosen here, not by the scheduler, which only says for which board.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import type { StorageClass } from "@kubus/shared/api/storage.ts";
import {
  volumeAnnotation,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@kubus/shared/api/volume.ts";
import type { Draft } from "../../api/objects.ts";
import { storageClassAnnotation, storageClassOf } from "../../kinds/core/volumes/storage-class.ts";
import { isKeptFor, volumeFor } from "./match.ts";
import { isBuiltIn, provision, provisionedName } from "./provision.ts";
import { misfit } from "./misfit.ts";

export interface ClaimView {
  readonly claim: PersistentVolumeClaim | undefined;
  /** The volume that the claim names, where it names one that exists. */
  readonly named: PersistentVolume | undefined;
  /** All volumes. Asked only while the claim looks for one. */
  readonly volumes: () => readonly PersistentVolume[];
  readonly storageClass: StorageClass | undefined;
  /** The class of claims that name none. */
  readonly defaultClass: string | undefined;
  /** The node that the scheduler chose for the claim, where it exists. */
  readonly node: Node | undefined;
  /** The names of pods that use the claim and have no board yet. */
  readonly waitingPods: () => readonly string[];
}

interface Told {
  readonly reason: string;
  readonly message: string;
}

export type ClaimState =
  | { readonly is: "gone" }
  | { readonly is: "ending" }
  /** Nothing is missing. */
  | { readonly is: "bound"; readonly volume: PersistentVolume }
  | { readonly is: "binding"; readonly volume: PersistentVolume }
  | ({ readonly is: "lost" } & Told)
  | ({ readonly is: "pending"; readonly eventType?: "Normal" | "Warning" } & Told)
  | ({ readonly is: "waitingForConsumer" } & Told)
  /** It gets the default class, which came to be later than the claim. */
  | { readonly is: "classless"; readonly className: string }
  | {
      readonly is: "provisioning";
      readonly provisioner: string;
      /** Absent: somebody else makes it. */
      readonly volume?: Draft<PersistentVolume>;
    }
  | ({ readonly is: "refused" } & Told)
  /** Nothing for it on the board that was chosen: the scheduler must choose again. */
  | ({ readonly is: "misplaced" } & Told);

export type Present = ClaimView & { readonly claim: PersistentVolumeClaim };

export function claimState(view: ClaimView): ClaimState {
  const { claim } = view;
  if (claim === undefined) return { is: "gone" };
  const present = { ...view, claim };
  if (noted(claim, volumeAnnotation.bindCompleted)) return settledState(present);
  if (claim.metadata.deletionTimestamp !== undefined) return { is: "ending" };
  return (claim.spec.volumeName ?? "") === "" ? unboundState(present) : namingState(present);
}

export const noted = ({ metadata }: PersistentVolume | PersistentVolumeClaim, annotation: string): boolean =>
  metadata.annotations?.[annotation] !== undefined;

/** It had its volume once. */
function settledState({ claim, named }: Present): ClaimState {
  const gone = "PersistentVolume. Data on the volume is lost!";
  if ((claim.spec.volumeName ?? "") === "")
    return { is: "lost", reason: "ClaimLost", message: `Bound claim has lost reference to ${gone}` };
  if (named === undefined)
    return { is: "lost", reason: "ClaimLost", message: `Bound claim has lost its ${gone}` };
  if (named.spec.claimRef !== undefined && !isKeptFor(named, claim)) {
    const message = "Two claims are bound to the same volume, this one is bound incorrectly";
    return { is: "lost", reason: "ClaimMisbound", message };
  }
  if (claim.metadata.deletionTimestamp !== undefined) return { is: "ending" };
  return bindingState(claim, named);
}

function bindingState(claim: PersistentVolumeClaim, volume: PersistentVolume): ClaimState {
  const isWhole =
    volume.spec.claimRef?.uid === claim.metadata.uid &&
    volume.status?.phase === "Bound" &&
    claim.spec.volumeName === volume.metadata.name &&
    noted(claim, volumeAnnotation.bindCompleted) &&
    claim.status?.phase === "Bound";
  return { is: isWhole ? "bound" : "binding", volume };
}

/** It asks for one volume by its name. */
function namingState({ claim, named }: Present): ClaimState {
  const name = claim.spec.volumeName ?? "";
  if (named === undefined) return { is: "pending", reason: "", message: `volume "${name}" does not exist` };
  if (isKeptFor(named, claim)) return bindingState(claim, named);
  if (named.spec.claimRef !== undefined) {
    const message = `volume "${name}" already bound to a different claim.`;
    return { is: "pending", eventType: "Warning", reason: "FailedBinding", message };
  }
  const why = misfit(named, claim);
  if (why === undefined) return bindingState(claim, named);
  const message = `Cannot bind to requested volume "${name}": ${why}`;
  return { is: "refused", reason: "VolumeMismatch", message };
}

/** It takes any volume that fits. */
function unboundState(view: Present): ClaimState {
  const { claim, storageClass, node, defaultClass } = view;
  const volumes = view.volumes();
  // What is kept for it is its own, wherever it is: an earlier pass may have got that far.
  const kept = volumeFor(
    claim,
    volumes.filter((volume) => isKeptFor(volume, claim)),
  );
  if (kept !== undefined) return bindingState(claim, kept);
  const isDelayed = storageClass?.volumeBindingMode === "WaitForFirstConsumer";
  const chosen = claim.metadata.annotations?.[volumeAnnotation.selectedNode];
  if (isDelayed && chosen === undefined) return consumerState(view);
  if (isDelayed && node === undefined) return misplaced(`node "${chosen ?? ""}" not found`);
  const volume = volumeFor(claim, volumes, isDelayed ? node : undefined);
  if (volume !== undefined) return bindingState(claim, volume);
  if (isClassless(claim) && defaultClass !== undefined) return { is: "classless", className: defaultClass };
  return storageClassOf(claim) === "" ? unofferedState : provisioningState(view, volumes);
}

const unofferedState: ClaimState = {
  is: "pending",
  eventType: "Normal",
  reason: "FailedBinding",
  message: "no persistent volumes available for this claim and no storage class is set",
};

const misplaced = (why: string): ClaimState => ({
  is: "misplaced",
  reason: "ProvisioningFailed",
  message: `failed to get target node: ${why}`,
});

/** An empty name says: none. */
const isClassless = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  spec.storageClassName === undefined && metadata.annotations?.[storageClassAnnotation] === undefined;

function consumerState({ waitingPods }: Present): ClaimState {
  const [pod, ...others] = waitingPods();
  if (pod === undefined) {
    const message = "waiting for first consumer to be created before binding";
    return { is: "waitingForConsumer", reason: "WaitForFirstConsumer", message };
  }
  const who = others.length === 0 ? `pod ${pod}` : `pods ${[pod, ...others].join(",")}`;
  const message = `waiting for ${who} to be scheduled`;
  return { is: "waitingForConsumer", reason: "WaitForPodScheduled", message };
}

function provisioningState(
  { claim, storageClass, node }: Present,
  volumes: readonly PersistentVolume[],
): ClaimState {
  const name = storageClassOf(claim);
  const refused = (message: string): ClaimState => ({ is: "refused", reason: "ProvisioningFailed", message });
  if (storageClass === undefined) return refused(`storageclass.storage.k8s.io "${name}" not found`);
  const { provisioner } = storageClass;
  // Only of Kubernetes' own names is it known that nobody else answers to them.
  if (provisioner.startsWith("kubernetes.io/")) {
    const message = `no volume plugin matched name: ${provisioner}`;
    return node === undefined ? refused(message) : { is: "misplaced", reason: "ProvisioningFailed", message };
  }
  if (!isBuiltIn(provisioner)) return { is: "provisioning", provisioner };
  const own = provisionedName(claim);
  if (volumes.some(({ metadata }) => metadata.name === own))
    return { is: "pending", reason: "", message: `volume ${own} is there and is not for it any more` };
  const made = provision({ claim, storageClass, node });
  if ("volume" in made) return { is: "provisioning", provisioner, volume: made.volume };
  return refused(`Failed to provision volume with StorageClass "${name}": ${made.objection}`);
}
