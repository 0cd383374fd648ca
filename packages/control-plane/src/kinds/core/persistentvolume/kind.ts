/** PersistentVolume: storage that outlives pods. A claim gets one of them. */
import type { PersistentVolume } from "@kubus/shared/api/volume.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { shownAmount } from "../quantities.ts";
import { accessModesText } from "../volumes/access-modes.ts";
import { setSourceDefaults } from "../volumes/defaults.ts";
import { storageClassOf } from "../volumes/storage-class.ts";
import { validatePersistentVolume, validatePersistentVolumeUpdate } from "./validate.ts";

const unset = "<unset>";

export const persistentVolumeKind = defineKind<PersistentVolume>({
  version: "v1",
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  shortNames: ["pv"],
  scope: "Cluster",
  owner: "volume controller",
  subresources: ["status"],
  columns: [
    nameColumn,
    { name: "Capacity", type: "string", of: ({ spec }) => shownAmount(spec.capacity?.["storage"] ?? "0") },
    { name: "Access Modes", type: "string", of: ({ spec }) => accessModesText(spec.accessModes) },
    { name: "Reclaim Policy", type: "string", of: ({ spec }) => spec.persistentVolumeReclaimPolicy ?? "" },
    {
      name: "Status",
      type: "string",
      of: ({ metadata, status }) =>
        metadata.deletionTimestamp === undefined ? (status?.phase ?? "") : "Terminating",
    },
    { name: "Claim", type: "string", of: claimText },
    { name: "StorageClass", type: "string", of: storageClassOf },
    {
      name: "VolumeAttributesClass",
      type: "string",
      of: ({ spec }) => spec.volumeAttributesClassName ?? unset,
    },
    { name: "Reason", type: "string", of: ({ status }) => status?.reason ?? "" },
    ageColumn,
    { name: "VolumeMode", type: "string", priority: 1, of: ({ spec }) => spec.volumeMode ?? unset },
  ],
  // Kubernetes has always let volumes be chosen by this name, too.
  selectableFields: { name: ({ metadata }) => metadata.name },
  setDefaults: setPersistentVolumeDefaults,
  prepareForCreate: (volume, { now }) => ({
    ...volume,
    status: { phase: "Pending", lastPhaseTransitionTime: timestamp(now) },
  }),
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  validateStatusUpdate: () => [],
});

function setPersistentVolumeDefaults(volume: Received<PersistentVolume>): PersistentVolume {
  const { spec = {}, status = {} } = volume;
  const filled = withDefaults(spec, {
    persistentVolumeReclaimPolicy: "Retain",
    volumeMode: "Filesystem",
  });
  return {
    ...volume,
    spec: setSourceDefaults(filled),
    status: withDefaults(status, { phase: "Pending" }),
  } as PersistentVolume;
}

function claimText({ spec: { claimRef } }: PersistentVolume): string {
  return claimRef === undefined ? "" : `${claimRef.namespace ?? ""}/${claimRef.name ?? ""}`;
}
