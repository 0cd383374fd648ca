/** Volumes that live as long as their pod. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { persistentVolumeClaimKind, podKind } from "../../kinds/index.ts";
import { aPodSpec } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
import { ephemeralVolumeController } from "./controller.ts";

const web = { namespace: "default", name: "web" };
const spec = { accessModes: ["ReadWriteOnce" as const], resources: { requests: { storage: "1Gi" } } };
const volumeClaimTemplate = { metadata: { labels: { app: "web" } }, spec };
const volumes = [
  { name: "scratch", ephemeral: { volumeClaimTemplate } },
  { name: "other", emptyDir: {} },
];

test("a pod's ephemeral volume is a claim of its own, made again when it is deleted under the pod", async () => {
  const cluster = await aCluster([ephemeralVolumeController]);
  const pod = await cluster.create(podKind, { metadata: web, spec: { ...aPodSpec, volumes } });
  const claimOf = () => cluster.cache.get(persistentVolumeClaimKind, "default", "web-scratch");
  const claim = claimOf();
  assert.deepEqual(
    [claim?.metadata.labels, claim?.spec.resources, claim?.metadata.ownerReferences?.[0]?.uid],
    [{ app: "web" }, spec.resources, pod.metadata.uid],
  );
  assert.deepEqual(cluster.names(persistentVolumeClaimKind), ["web-scratch"]);
  const target = { namespace: "default", name: "web-scratch" };
  await cluster.objects.patch(persistentVolumeClaimKind, target, { metadata: { finalizers: null } });
  await cluster.objects.delete(persistentVolumeClaimKind, target);
  await cluster.rest();
  assert.notEqual(claimOf()?.metadata.uid, claim?.metadata.uid);
});

test("a claim of that name that is somebody else's is left as it is", async () => {
  const cluster = await aCluster([ephemeralVolumeController]);
  await cluster.create(persistentVolumeClaimKind, {
    metadata: { namespace: "default", name: "web-scratch" },
    spec,
  });
  await cluster.create(podKind, { metadata: web, spec: { ...aPodSpec, volumes } });
  const claim = cluster.cache.get(persistentVolumeClaimKind, "default", "web-scratch");
  assert.equal(claim?.metadata.ownerReferences, undefined);
});
