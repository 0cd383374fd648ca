/**
 * What is to be written next for a volume. Pure: who deletes data is a port, called when the plan is carried out.
 *
 * INVARIANT: the data of a volume is deleted only when no claim has the volume and no pod uses it, and the volume goes
 * only after its data. What became of a try stands in the volume's status: whoever leads next goes on from there.
 */
import { timestamp } from "@kubus/shared/time/clock.ts";
import { volumeAnnotation, type PersistentVolume } from "@kubus/shared/api/volume.ts";
import { isTrouble } from "@kubus/shared/errors/trouble.ts";
import { persistentVolumeKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { referenceTo, targetOf } from "../workload/ownership.ts";
import type { RemoveVolumeData } from "./data-remover.ts";
import { isBuiltIn, reclaimFinalizer } from "./provision.ts";
import {
  boardSilent,
  dataRemoved,
  seatOf,
  volumeState,
  type VolumeState,
  type VolumeView,
} from "./volume-state.ts";
import type { VolumeLook } from "./volume.machine.ts";

type Volume = PersistentVolume;
type Phase = NonNullable<NonNullable<Volume["status"]>["phase"]>;

export const reconcileVolume =
  (remove: RemoveVolumeData) =>
  (view: VolumeView): Plan => {
    const { volume } = view;
    if (volume === undefined) return nothing;
    const state = volumeState(view);
    const effects = effectsOf(volume, state, { now: view.now, remove });
    const held = holding(volume, state);
    // What holds it is let go before it is deleted, so that it goes in one step.
    return { effects: state.is === "emptied" ? [...held, ...effects] : [...effects, ...held] };
  };

interface Terms {
  readonly now: number;
  readonly remove: RemoveVolumeData;
}

function effectsOf(volume: Volume, state: VolumeState, terms: Terms): readonly Effect[] {
  const { now } = terms;
  switch (state.is) {
    case "gone":
    case "ending":
      return [];
    case "available":
    case "reserved":
      return phase(volume, "Available", now);
    case "bound":
      return phase(volume, "Bound", now);
    case "unneeded":
      return [letGo(volume, state.byUser)];
    case "unreached":
      return isTried(volume) ? [] : phase(volume, "Released", now);
    case "kept":
    case "used":
      return phase(volume, "Released", now);
    case "reclaimed":
      return [
        ...(isTried(volume) ? [] : phase(volume, "Released", now)),
        removal(volume, state.board, terms),
      ];
    case "emptied":
      return volume.metadata.deletionTimestamp === undefined
        ? [{ type: "delete", kind: persistentVolumeKind, target: targetOf(volume), options: sameOne(volume) }]
        : [];
    case "failed":
      return failure(volume, state, now);
  }
}

/** What became of the last try stays to be seen until the next. */
const isTried = ({ status }: Volume): boolean => status?.phase === "Failed" || status?.reason === boardSilent;

function phase(volume: Volume, wanted: Phase, now: number): readonly Effect[] {
  const { phase: is, message = "", reason = "" } = volume.status ?? {};
  if (is === wanted && message === "" && reason === "") return [];
  const status = { phase: wanted, message: null, reason: null, lastPhaseTransitionTime: timestamp(now) };
  return [{ type: "writeStatus", kind: persistentVolumeKind, target: conditional(volume), status }];
}

const conditional = (volume: Volume) => ({
  ...targetOf(volume),
  resourceVersion: volume.metadata.resourceVersion,
});

const sameOne = ({ metadata }: Volume) => ({ preconditions: { uid: metadata.uid } });

/** What the controller wrote it takes back; what a user reserved stays reserved for whoever has that name. */
function letGo(volume: Volume, byUser: boolean): Effect {
  const { resourceVersion } = volume.metadata;
  const patch = byUser
    ? { metadata: { resourceVersion }, spec: { claimRef: { uid: null, resourceVersion: null } } }
    : {
        metadata: { resourceVersion, annotations: { [volumeAnnotation.boundByController]: null } },
        spec: { claimRef: null },
      };
  return { type: "patch", kind: persistentVolumeKind, target: targetOf(volume), patch };
}

/** Asks the board, and writes down what became of it. */
function removal(volume: Volume, board: string, { now, remove }: Terms): Effect {
  const make = async () => {
    try {
      await remove({ node: board, path: seatOf(volume)?.path ?? "" });
      return { status: { phase: "Released", reason: dataRemoved, message: null } };
    } catch (error) {
      // Told in the status, and tried again after a pause.
      const message = error instanceof Error ? error.message : String(error);
      const outcome = isTrouble(error)
        ? { phase: "Released", reason: boardSilent, message: `board ${board} does not answer: ${message}` }
        : { phase: "Failed", reason: null, message };
      return { status: { ...outcome, lastPhaseTransitionTime: timestamp(now) } };
    }
  };
  return {
    type: "patchWith",
    kind: persistentVolumeKind,
    target: targetOf(volume),
    make,
    subresource: "status",
  };
}

function failure(
  volume: Volume,
  { reason, message, dueInMs }: VolumeState & { readonly is: "failed" },
  now: number,
): readonly Effect[] {
  const isTold = volume.status?.phase === "Failed" && volume.status.message === message;
  const status = { phase: "Failed", message, lastPhaseTransitionTime: timestamp(now) };
  const about = referenceTo(volume);
  return [
    ...(isTold
      ? []
      : [{ type: "writeStatus" as const, kind: persistentVolumeKind, target: conditional(volume), status }]),
    // What is tried again was told by whoever tried; each try is worth an event.
    ...(isTold && dueInMs === undefined
      ? []
      : [{ type: "recordEvent" as const, about, eventType: "Warning" as const, reason, message }]),
  ];
}

/** The finalizer is there exactly as long as there is data to delete. */
function holding(volume: Volume, state: VolumeState): readonly Effect[] {
  const { finalizers = [], annotations, deletionTimestamp } = volume.metadata;
  const isHeld = finalizers.includes(reclaimFinalizer);
  const isOurs = isBuiltIn(annotations?.[volumeAnnotation.provisionedBy]);
  const hasData = volume.spec.persistentVolumeReclaimPolicy === "Delete" && state.is !== "emptied";
  const isWanted = isOurs && hasData;
  if (isHeld === isWanted || (isWanted && deletionTimestamp !== undefined)) return [];
  const next = isWanted
    ? [...finalizers, reclaimFinalizer]
    : finalizers.filter((one) => one !== reclaimFinalizer);
  return [
    { type: "setFinalizers", kind: persistentVolumeKind, target: conditional(volume), finalizers: next },
  ];
}

const looks: Readonly<Record<Exclude<VolumeState["is"], "gone">, VolumeLook["type"]>> = {
  available: "volume.available",
  reserved: "volume.reserved",
  bound: "volume.bound",
  unneeded: "volume.available",
  kept: "volume.kept",
  used: "volume.used",
  unreached: "volume.unreached",
  reclaimed: "volume.reclaimed",
  emptied: "volume.reclaimed",
  failed: "volume.failed",
  ending: "volume.ending",
};

export function classifyVolume(view: VolumeView): VolumeLook | undefined {
  const state = volumeState(view);
  if (state.is === "gone") return undefined;
  const dueInMs = "dueInMs" in state ? state.dueInMs : undefined;
  return { type: looks[state.is], why: whyOf(state), ...(dueInMs === undefined ? {} : { dueInMs }) };
}

function whyOf(state: VolumeState): string {
  switch (state.is) {
    case "reserved":
      return `kept for claim ${state.claim}`;
    case "bound":
      return `claim ${state.claim} has it`;
    case "unneeded":
      return "its claim has another volume";
    case "used":
      return `its data is still used by ${state.pods.join(", ")}`;
    case "kept":
    case "unreached":
      return state.why;
    case "reclaimed":
      return `its data is being deleted by ${state.board}`;
    case "emptied":
      return "its data is deleted";
    case "failed":
      return state.message;
    case "ending":
      return "it is deleted, and waits for its finalizers";
    default:
      return "";
  }
}
