/** PersistentVolumeClaim: a wish for storage, and then the hold on it. */
import type { PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { withStatus } from "../../define-kind.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { shownAmount } from "../quantities.ts";
import { accessModesText } from "../volumes/access-modes.ts";
import { storageClassOf } from "../volumes/storage-class.ts";
import { setClaimDefaults } from "./defaults.ts";
import { validateClaim, validateClaimStatus } from "./validate.ts";
import { validateClaimUpdate } from "./validate-update.ts";

const unset = "<unset>";
const isGiven = ({ spec }: PersistentVolumeClaim) => (spec.volumeName ?? "") !== "";

export const persistentVolumeClaimKind = defineKind<PersistentVolumeClaim>({
  version: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  shortNames: ["pvc"],
  owner: "volume controller",
  subresources: ["status"],
  columns: [
    nameColumn,
    {
      name: "Status",
      type: "string",
      of: ({ metadata, status }) =>
        metadata.deletionTimestamp === undefined ? (status?.phase ?? "") : "Terminating",
    },
    { name: "Volume", type: "string", of: ({ spec }) => spec.volumeName ?? "" },
    {
      name: "Capacity",
      type: "string",
      of: (claim) => (isGiven(claim) ? shownAmount(claim.status?.capacity?.["storage"] ?? "0") : ""),
    },
    {
      name: "Access Modes",
      type: "string",
      of: (claim) => (isGiven(claim) ? accessModesText(claim.status?.accessModes) : ""),
    },
    { name: "StorageClass", type: "string", of: storageClassOf },
    {
      name: "VolumeAttributesClass",
      type: "string",
      of: ({ spec }) => spec.volumeAttributesClassName ?? unset,
    },
    ageColumn,
    { name: "VolumeMode", type: "string", priority: 1, of: ({ spec }) => spec.volumeMode ?? unset },
  ],
  // Kubernetes has always let claims be chosen by this name, too.
  selectableFields: { name: ({ metadata }) => metadata.name },
  setDefaults: setClaimDefaults,
  prepareForCreate: (claim) => ({ ...claim, status: { phase: "Pending" } }),
  prepareForUpdate: withStatus,
  validate: validateClaim,
  validateUpdate: validateClaimUpdate,
  validateStatusUpdate: validateClaimStatus,
});
