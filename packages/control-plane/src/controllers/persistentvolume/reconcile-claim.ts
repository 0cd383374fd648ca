/**
 * What is to be written next for a claim. Pure.
 *
 * INVARIANT: the volume is told first (`claimRef`, then its phase, which the volume's own controller writes), the claim
 * after it. Every write names the version it was decided on, so two claims never get one volume, and whoever dies
 * between two writes leaves a volume that is kept for the claim: the next pass finds it and goes on.
 */
import {
  volumeAnnotation,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@kubus/shared/api/volume.ts";
import { persistentVolumeClaimKind, persistentVolumeKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { referenceTo, targetOf } from "../workload/ownership.ts";
import { claimState, noted, type ClaimState, type ClaimView } from "./claim-state.ts";
import type { ClaimLook } from "./claim.machine.ts";
import { growth } from "./growth.ts";

export function reconcileClaim(view: ClaimView): Plan {
  const { claim } = view;
  return claim === undefined ? nothing : { effects: effectsOf(claim, claimState(view)) };
}

function effectsOf(claim: Claim, state: ClaimState): readonly Effect[] {
  switch (state.is) {
    case "gone":
    case "ending":
      return [];
    case "bound":
      return [...status(claim, boundStatus(claim, state.volume)), ...growth(claim, state.volume)];
    case "binding":
      return binding(claim, state.volume);
    case "lost":
      return [
        ...(claim.status?.phase === "Lost" ? [] : [tell(claim, "Warning", state)]),
        ...status(claim, { phase: "Lost", accessModes: null, capacity: null }),
      ];
    case "pending":
      return state.eventType === undefined ? [] : [tell(claim, state.eventType, state)];
    case "waitingForConsumer":
      return [tell(claim, "Normal", state)];
    case "refused":
      return [tell(claim, "Warning", state)];
    case "misplaced":
      return [
        tell(claim, "Warning", state),
        change(claim, { metadata: { annotations: { [volumeAnnotation.selectedNode]: null } } }),
      ];
    case "classless":
      return [change(claim, { spec: { storageClassName: state.className } })];
    case "provisioning":
      return provisioning(claim, state);
  }
}

type Claim = PersistentVolumeClaim;
type Volume = PersistentVolume;

function binding(claim: Claim, volume: Volume): readonly Effect[] {
  if (volume.spec.claimRef?.uid !== claim.metadata.uid) return [keepFor(volume, claim)];
  // The volume's own controller says so, and the claim is looked at again.
  if (volume.status?.phase !== "Bound") return [];
  const { name } = volume.metadata;
  const annotations = {
    ...((claim.spec.volumeName ?? "") === "" ? { [volumeAnnotation.boundByController]: "yes" } : {}),
    [volumeAnnotation.bindCompleted]: "yes",
  };
  const isTold = noted(claim, volumeAnnotation.bindCompleted) && claim.spec.volumeName === name;
  return [
    ...(isTold ? [] : [change(claim, { metadata: { annotations }, spec: { volumeName: name } })]),
    ...status(claim, boundStatus(claim, volume)),
  ];
}

function keepFor(volume: Volume, claim: Claim): Effect {
  const { resourceVersion } = volume.metadata;
  const isOurChoice = volume.spec.claimRef === undefined;
  const annotations = isOurChoice ? { annotations: { [volumeAnnotation.boundByController]: "yes" } } : {};
  const patch = { metadata: { resourceVersion, ...annotations }, spec: { claimRef: referenceTo(claim) } };
  return { type: "patch", kind: persistentVolumeKind, target: targetOf(volume), patch };
}

type Status = Readonly<Record<string, unknown>>;

/** The room is what the volume had when the claim got it; whoever grows it says so afterwards. */
function boundStatus({ status }: Claim, { spec }: Volume): Status {
  const had = status?.phase === "Bound" ? status.capacity : undefined;
  return { phase: "Bound", accessModes: spec.accessModes ?? [], capacity: had ?? spec.capacity ?? {} };
}

function status(claim: Claim, wanted: Status): readonly Effect[] {
  const is = (claim.status ?? {}) as Status;
  const differs = Object.entries(wanted).some(
    ([key, value]) => JSON.stringify(is[key] ?? null) !== JSON.stringify(value),
  );
  if (!differs) return [];
  return [{ type: "writeStatus", kind: persistentVolumeClaimKind, target: targetOf(claim), status: wanted }];
}

function provisioning(
  claim: Claim,
  { provisioner, volume }: ClaimState & { readonly is: "provisioning" },
): readonly Effect[] {
  const annotations = {
    [volumeAnnotation.provisioner]: provisioner,
    [volumeAnnotation.provisionerBeta]: provisioner,
  };
  const isSaid = Object.entries(annotations).every(
    ([name, value]) => claim.metadata.annotations?.[name] === value,
  );
  const say = isSaid ? [] : [change(claim, { metadata: { annotations } })];
  if (volume !== undefined)
    return [
      ...say,
      { type: "create", kind: persistentVolumeKind, object: volume },
      tell(claim, "Normal", {
        reason: "ProvisioningSucceeded",
        message: `Successfully provisioned volume ${volume.metadata.name ?? ""} using ${provisioner}`,
      }),
    ];
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' ` +
    "or manually by the system administrator. If volume creation is delayed, " +
    "please verify that the provisioner is running and correctly registered.";
  return [...say, tell(claim, "Normal", { reason: "ExternalProvisioning", message })];
}

interface Change {
  readonly metadata?: { readonly annotations: Readonly<Record<string, string | null>> };
  readonly spec?: object;
}

const change = (claim: Claim, { metadata, ...patch }: Change): Effect => ({
  type: "patch",
  kind: persistentVolumeClaimKind,
  target: targetOf(claim),
  patch: { ...patch, metadata: { ...metadata, resourceVersion: claim.metadata.resourceVersion } },
});

const tell = (
  claim: Claim,
  eventType: "Normal" | "Warning",
  { reason, message }: { readonly reason: string; readonly message: string },
): Effect => ({ type: "recordEvent", about: referenceTo(claim), eventType, reason, message });

const looks: Readonly<Record<Exclude<ClaimState["is"], "gone">, ClaimLook["type"]>> = {
  ending: "claim.ending",
  bound: "claim.bound",
  binding: "claim.matched",
  lost: "claim.lost",
  pending: "claim.unmatched",
  waitingForConsumer: "claim.unconsumed",
  classless: "claim.unmatched",
  provisioning: "claim.ordered",
  refused: "claim.refused",
  misplaced: "claim.unconsumed",
};

export function classifyClaim(view: ClaimView): ClaimLook | undefined {
  const state = claimState(view);
  return state.is === "gone" ? undefined : { type: looks[state.is], why: whyOf(state) };
}

function whyOf(state: ClaimState): string {
  switch (state.is) {
    case "gone":
      return "";
    case "ending":
      return "it is deleted, and waits until no pod uses it";
    case "bound":
      return `it has volume ${state.volume.metadata.name}`;
    case "binding":
      return `volume ${state.volume.metadata.name} is being given to it`;
    case "classless":
      return `it gets the default class ${state.className}`;
    case "provisioning":
      return state.volume === undefined
        ? `waits for provisioner ${state.provisioner}`
        : `volume ${state.volume.metadata.name ?? ""} is being made`;
    default:
      return state.message;
  }
}
