/** The rules of a volume that is told within an attachment: a CSI volume, and nothing that only claims need. Pure. */
import type { PersistentVolumeSpec } from "@kubus/shared/api/volume.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { persistentVolumeSources } from "../../core/persistentvolume/sources.ts";
import { validateAccessModes } from "../../core/volumes/access-modes.ts";
import { validateOneSource, type Source } from "../../core/volumes/one-source.ts";
import type { Received } from "../../received.ts";
import { when } from "../../rules.ts";

/** What a volume has for the sake of claims. */
const ofClaims = [
  "claimRef",
  "capacity",
  "persistentVolumeReclaimPolicy",
  "nodeAffinity",
  "storageClassName",
  "volumeMode",
] as const;

export function validateInlineVolume(spec: Received<PersistentVolumeSpec>, field: string): readonly Cause[] {
  const source = spec as Source;
  return [
    ...ofClaims
      .filter((name) => isSaid(source[name]))
      .map((name) =>
        cause.forbidden(`${field}.${name}`, "may not be specified in the context of inline volumes"),
      ),
    ...when(
      source["csi"] === undefined,
      cause.required(`${field}.csi`, "has to be specified in the context of inline volumes"),
    ),
    ...validateAccessModes(spec.accessModes, `${field}.accessModes`),
    ...validateOneSource(persistentVolumeSources, source, field, { volumeName: "" }),
  ];
}

function isSaid(value: unknown): boolean {
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return value !== undefined && value !== null && value !== "" && !isEmpty;
}
