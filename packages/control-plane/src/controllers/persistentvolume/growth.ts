/**
 * A bound claim that asks for more room than its volume has. Pure.
 *
 * The API lets it ask only where its class allows that. A folder has the room of its disk: what is asked for is written
 * down, first on the volume, then on the claim. Other volumes are somebody else's to grow.
 */
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import {
  volumeAnnotation,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@kubus/shared/api/volume.ts";
import { persistentVolumeClaimKind, persistentVolumeKind } from "../../kinds/index.ts";
import type { Effect } from "../engine/plan.ts";
import { referenceTo, targetOf } from "../workload/ownership.ts";
import { isBuiltIn } from "./provision.ts";

export function growth(claim: PersistentVolumeClaim, volume: PersistentVolume): readonly Effect[] {
  const asked = claim.spec.resources?.requests?.["storage"] ?? "0";
  if (amount(asked) <= amount(claim.status?.capacity?.["storage"])) return [];
  const about = referenceTo(claim);
  if (!isBuiltIn(volume.metadata.annotations?.[volumeAnnotation.provisionedBy])) {
    const message = "waiting for an external controller to expand this PVC";
    return [{ type: "recordEvent", about, eventType: "Normal", reason: "ExternalExpanding", message }];
  }
  const capacity = { storage: asked };
  const { resourceVersion } = volume.metadata;
  const isWritten = amount(volume.spec.capacity?.["storage"]) >= amount(asked);
  const patch = { metadata: { resourceVersion }, spec: { capacity } };
  return [
    ...(isWritten
      ? []
      : [{ type: "patch" as const, kind: persistentVolumeKind, target: targetOf(volume), patch }]),
    {
      type: "writeStatus",
      kind: persistentVolumeClaimKind,
      target: targetOf(claim),
      status: { capacity },
    },
    {
      type: "recordEvent",
      about,
      eventType: "Normal",
      reason: "VolumeResizeSuccessful",
      message: "Resize volume succeeded",
    },
  ];
}

const amount = (text: string | number = "0"): bigint => parseQuantity(text) ?? 0n;
