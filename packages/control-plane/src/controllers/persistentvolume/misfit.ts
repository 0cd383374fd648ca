/** Why a volume that a claim names cannot be the claim's, in Kubernetes' words. Pure. */
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { storageClassOf } from "../../kinds/core/volumes/storage-class.ts";
import { hasAccessModes } from "./match.ts";

/** Undefined when it suits. */
export function misfit(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const asked = parseQuantity(claim.spec.resources?.requests?.["storage"] ?? "0") ?? 0n;
  const offered = parseQuantity(volume.spec.capacity?.["storage"] ?? "0") ?? 0n;
  const rules: readonly (readonly [boolean, string])[] = [
    [offered >= asked, "requested PV is too small"],
    [storageClassOf(volume) === storageClassOf(claim), "storageClassName does not match"],
    [
      (volume.spec.volumeAttributesClassName ?? "") === (claim.spec.volumeAttributesClassName ?? ""),
      "volumeAttributesClassName does not match",
    ],
    [
      (volume.spec.volumeMode ?? "Filesystem") === (claim.spec.volumeMode ?? "Filesystem"),
      "incompatible volumeMode",
    ],
    [hasAccessModes(volume, claim), "incompatible accessMode"],
    [volume.metadata.deletionTimestamp === undefined, "the volume is being deleted"],
  ];
  return rules.find(([suits]) => !suits)?.[1];
}
