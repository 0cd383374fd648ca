/** CSIStorageCapacity: how much of a class of storage is left for some boards. */
import type { CsiStorageCapacity } from "@kubus/shared/api/storage.ts";
import { dnsSubdomain } from "../../../api/names.ts";
import { nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { validateAmount } from "../../core/quantities.ts";
import type { Received } from "../../received.ts";
import { checked, validateImmutable } from "../../rules.ts";
import { validateLabelSelector } from "../../label-selector.ts";

export const csiStorageCapacityKind = defineKind<CsiStorageCapacity>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIStorageCapacity",
  plural: "csistoragecapacities",
  owner: "nobody: it has no status",
  columns: [
    nameColumn,
    { name: "StorageClassName", type: "string", of: ({ storageClassName }) => storageClassName },
    { name: "Capacity", type: "string", of: ({ capacity }) => capacity ?? "" },
  ],
  validate: ({ storageClassName = "", nodeTopology, capacity }: Received<CsiStorageCapacity>) => [
    ...(nodeTopology === undefined ? [] : validateLabelSelector(nodeTopology, "nodeTopology")),
    ...checked(dnsSubdomain, storageClassName, "storageClassName"),
    ...(capacity === undefined ? [] : validateAmount("storage", capacity, "capacity")),
  ],
  validateUpdate: (next, previous) => [
    ...validateImmutable(next.nodeTopology, previous.nodeTopology, "nodeTopology"),
    ...validateImmutable(next.storageClassName, previous.storageClassName, "storageClassName"),
  ],
});
