/** StorageClass: a sort of storage that claims can ask for, and who provides it. */
import type { StorageClass } from "@kubus/shared/api/storage.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { validateStorageClass, validateStorageClassUpdate } from "./validate.ts";

const defaultAnnotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

export const storageClassKind = defineKind<StorageClass>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "StorageClass",
  plural: "storageclasses",
  shortNames: ["sc"],
  owner: "nobody: it has no status",
  scope: "Cluster",
  columns: [
    { ...nameColumn, of: nameText },
    { name: "Provisioner", type: "string", of: ({ provisioner }) => provisioner },
    { name: "ReclaimPolicy", type: "string", of: ({ reclaimPolicy }) => reclaimPolicy ?? "Delete" },
    {
      name: "VolumeBindingMode",
      type: "string",
      of: ({ volumeBindingMode }) => volumeBindingMode ?? "Immediate",
    },
    {
      name: "AllowVolumeExpansion",
      type: "string",
      of: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    },
    ageColumn,
  ],
  setDefaults: (storageClass) =>
    withDefaults(storageClass, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }),
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
});

/** Whether claims that name no class get this one. */
export const isDefaultClass = ({ metadata }: StorageClass): boolean =>
  defaultAnnotations.some((name) => metadata.annotations?.[name] === "true");

function nameText(storageClass: StorageClass): string {
  const { name } = storageClass.metadata;
  return isDefaultClass(storageClass) ? `${name} (default)` : name;
}
