/** What the API server fills in on sources of volumes that pods and persistent volumes share (core/v1 defaults). Pure. */
import { withChanged, withDefaults } from "../../../api/defaults.ts";

const defaults: Readonly<Record<string, object>> = {
  azureDisk: { cachingMode: "ReadWrite", fsType: "ext4", kind: "Shared", readOnly: false },
  hostPath: { type: "" },
  iscsi: { iscsiInterface: "default" },
  rbd: { keyring: "/etc/ceph/keyring", pool: "rbd", user: "admin" },
  scaleIO: { fsType: "xfs", storageMode: "ThinProvisioned" },
};

export function setSourceDefaults<T extends object>(volume: T): T {
  return Object.entries(defaults).reduce<object>(
    (filled, [name, parts]) =>
      withChanged(filled as Readonly<Record<string, object | undefined>>, name, (source) =>
        withDefaults(source, parts),
      ),
    volume,
  ) as T;
}
