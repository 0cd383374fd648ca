/** Claims and volumes for tests: complete, small, and different only where the test says so. */
import type { ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { without } from "../../../api/without.ts";
import { aMeta } from "../../testing/builders.ts";

const accessModes = ["ReadWriteOnce"] as const;

interface ClaimOptions {
  readonly meta?: Partial<ObjectMeta>;
  readonly spec?: PersistentVolumeClaim["spec"];
  readonly status?: PersistentVolumeClaim["status"];
}

/** Asks for 1 GiB of no class. */
export const aClaim = (name: string, { meta, spec, status }: ClaimOptions = {}): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: aMeta(name, meta),
  spec: { accessModes, storageClassName: "", resources: { requests: { storage: "1Gi" } }, ...spec },
  status: status ?? { phase: "Pending" },
});

interface VolumeOptions {
  readonly meta?: Partial<ObjectMeta>;
  readonly spec?: PersistentVolume["spec"];
  readonly status?: PersistentVolume["status"];
}

/** Offers 1 GiB of no class, kept when it is not needed any more. */
export const aVolume = (name: string, { meta, spec, status }: VolumeOptions = {}): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: without(aMeta(name, meta), "namespace"),
  spec: {
    accessModes,
    capacity: { storage: "1Gi" },
    persistentVolumeReclaimPolicy: "Retain",
    hostPath: { path: `/data/${name}` },
    ...spec,
  },
  status: status ?? { phase: "Available" },
});

/** Reached from this board only. */
export const onBoard = (board: string): Pick<PersistentVolume["spec"], "nodeAffinity"> => ({
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [board] }] },
      ],
    },
  },
});
