/** A cluster in memory with claims, volumes and boards that delete data, as they are told or not. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { StorageClass } from "@kubus/shared/api/storage.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import type { Draft } from "../../../api/objects.ts";
import {
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  storageClassKind,
} from "../../../kinds/index.ts";
import { claimProtectionController, volumeProtectionController } from "../../protection/controller.ts";
import { aCluster } from "../../testing/cluster.ts";
import { claimController, volumeController } from "../controller.ts";
import type { DataOfVolume } from "../data-remover.ts";

type Claim = PersistentVolumeClaim;
type Volume = PersistentVolume;

export const ready = (status: "True" | "Unknown"): NonNullable<Node["status"]> => ({
  conditions: [{ type: "Ready", status, lastTransitionTime: "2026-01-01T00:00:00Z" }],
});

export const local: Draft<StorageClass> = {
  metadata: { name: "local-path", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "kubus.io/local-path",
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
};
export const shared: Draft<StorageClass> = {
  metadata: { name: "shared" },
  provisioner: "kubus.io/shared",
  parameters: { path: "/shared" },
};

export async function aVolumeWorld() {
  const removed: string[] = [];
  let trouble: Error | undefined;
  const remove = ({ node, path }: DataOfVolume) => {
    if (trouble !== undefined) return Promise.reject(trouble);
    removed.push(`${node}:${path}`);
    return Promise.resolve();
  };
  const cluster = await aCluster([
    claimController,
    volumeController(remove),
    claimProtectionController,
    volumeProtectionController,
  ]);
  const claimOf = (name: string): Claim | undefined =>
    cluster.cache.get(persistentVolumeClaimKind, "default", name);
  const volumeOf = (name: string): Volume | undefined =>
    cluster.cache.get(persistentVolumeKind, undefined, name);
  return {
    ...cluster,
    removed,
    /** What boards have against deleting; undefined: nothing. */
    breakBoards: (why: Error | undefined) => (trouble = why),
    claimOf,
    volumeOf,
    claim: (name: string, spec: Partial<Claim["spec"]> = {}) =>
      cluster.create(persistentVolumeClaimKind, {
        metadata: { name, namespace: "default" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "1Gi" } },
          ...spec,
        },
      }),
    volume: (name: string, spec: Partial<Volume["spec"]> = {}) =>
      cluster.create(persistentVolumeKind, {
        metadata: { name },
        spec: {
          accessModes: ["ReadWriteOnce"],
          capacity: { storage: "1Gi" },
          hostPath: { path: `/data/${name}` },
          ...spec,
        },
      }),
    storageClass: (draft: Draft<StorageClass>) => cluster.create(storageClassKind, draft),
    board: async (
      name: string,
      annotations: Readonly<Record<string, string>> = { "kubus.io/volumes-folder": "/var/volumes" },
    ) => {
      const metadata = { name, labels: { "kubernetes.io/hostname": name }, annotations };
      const node = await cluster.create(nodeKind, { metadata, spec: {} });
      await cluster.objects.updateStatus(nodeKind, { ...node, status: ready("True") });
      await cluster.rest();
    },
    boardIs: async (name: string, status: "True" | "Unknown") => {
      await cluster.objects.patch(nodeKind, { name }, { status: ready(status) }, "status");
      await cluster.rest();
    },
    /** What the scheduler says when it chose a board for the claim's first pod. */
    place: async (claim: string, board: string) => {
      const target = { namespace: "default", name: claim };
      const annotations = { "volume.kubernetes.io/selected-node": board };
      await cluster.objects.patch(persistentVolumeClaimKind, target, { metadata: { annotations } });
      await cluster.rest();
    },
    drop: async (claim: string) => {
      await cluster.objects.delete(persistentVolumeClaimKind, { namespace: "default", name: claim });
      await cluster.rest();
    },
    /** `data: bound, pv Bound`: a claim's state, phase and volume with its phase. */
    story: (name: string) => {
      const claim = claimOf(name);
      const volume = claim?.spec.volumeName ?? "";
      const of = volume === "" ? "" : ` ${volumeOf(volume)?.status?.phase ?? "no volume"}`;
      return `${cluster.stateOf(`claim default/${name}`) ?? "gone"} ${claim?.status?.phase ?? ""}${of}`;
    },
  };
}

export type VolumeWorld = Awaited<ReturnType<typeof aVolumeWorld>>;
