/** Claims and volumes that somebody uses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolume, PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import { persistentVolumeClaimKind, persistentVolumeKind, podKind } from "../../kinds/index.ts";
import { aPodSpec } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
import { claimProtectionController, volumeProtectionController } from "./controller.ts";

const accessModes = ["ReadWriteOnce"] as const;
const data = { name: "data", namespace: "default" };
const claimSpec: PersistentVolumeClaim["spec"] = {
  accessModes,
  resources: { requests: { storage: "1Gi" } },
};
const volumeSpec: PersistentVolume["spec"] = {
  accessModes,
  capacity: { storage: "1Gi" },
  hostPath: { path: "/data" },
};

async function aClusterWithAClaim(pod: object) {
  const cluster = await aCluster([claimProtectionController]);
  await cluster.create(persistentVolumeClaimKind, { metadata: data, spec: claimSpec });
  await cluster.create(podKind, {
    metadata: { name: "web", namespace: "default" },
    spec: { ...aPodSpec, ...pod },
  });
  await cluster.objects.delete(persistentVolumeClaimKind, data);
  await cluster.rest();
  return cluster;
}

const volumes = [{ name: "files", persistentVolumeClaim: { claimName: "data" } }];

test("a claim stays until the pod that uses it is gone", async () => {
  const cluster = await aClusterWithAClaim({ nodeName: "board-1", volumes });
  assert.deepEqual(cluster.names(persistentVolumeClaimKind), ["data"]);
  await cluster.objects.delete(podKind, { name: "web", namespace: "default" }, { gracePeriodSeconds: 0 });
  await cluster.rest();
  assert.deepEqual(cluster.names(persistentVolumeClaimKind), []);
});

test("a claim that nobody uses goes at once, also when a pod waits for a board", async () => {
  const unused = await aClusterWithAClaim({ nodeName: "board-1" });
  assert.deepEqual(unused.names(persistentVolumeClaimKind), []);
  const waiting = await aClusterWithAClaim({ volumes });
  assert.deepEqual(waiting.names(persistentVolumeClaimKind), []);
});

test("a volume stays as long as a claim has it", async () => {
  const cluster = await aCluster([volumeProtectionController]);
  const volume = await cluster.create(persistentVolumeKind, { metadata: { name: "disk" }, spec: volumeSpec });
  await cluster.objects.updateStatus(persistentVolumeKind, { ...volume, status: { phase: "Bound" } });
  await cluster.objects.delete(persistentVolumeKind, { name: "disk" });
  await cluster.rest();
  const held = cluster.cache.get(persistentVolumeKind, undefined, "disk");
  assert.ok(held?.metadata.deletionTimestamp !== undefined);
  await cluster.objects.updateStatus(persistentVolumeKind, { ...held, status: { phase: "Released" } });
  await cluster.rest();
  assert.deepEqual(cluster.names(persistentVolumeKind), []);
});

test("pods that change wake no claim, and those that end only what waits for them", async () => {
  const cluster = await aCluster([claimProtectionController]);
  await cluster.create(persistentVolumeClaimKind, { metadata: data, spec: claimSpec });
  const pods = ["one", "two"].map((name) => ({ name, namespace: "default" }));
  for (const metadata of pods)
    await cluster.create(podKind, { metadata, spec: { ...aPodSpec, nodeName: "board-1", volumes } });
  await cluster.objects.delete(persistentVolumeClaimKind, data);
  await cluster.rest();
  const end = async (pod: (typeof pods)[number] | undefined) => {
    if (pod !== undefined) await cluster.objects.delete(podKind, pod, { gracePeriodSeconds: 0 });
    await cluster.rest();
    return cluster.names(persistentVolumeClaimKind);
  };
  assert.deepEqual(await end(pods[0]), ["data"]);
  assert.deepEqual(await end(pods[1]), []);
  const watch = claimProtectionController.watches.find(({ kind }) => kind === podKind);
  await cluster.create(persistentVolumeClaimKind, { metadata: data, spec: claimSpec });
  const pod = await cluster.create(podKind, {
    metadata: { name: "three", namespace: "default" },
    spec: { ...aPodSpec, volumes },
  });
  for (const type of ["ADDED", "MODIFIED", "DELETED"] as const) {
    const event = { type, kind: podKind, revision: 1, object: pod, json: () => new Uint8Array() };
    assert.deepEqual(watch?.wakes(event, cluster.cache), [], type);
  }
});
