/** Stateful sets at work on the whole API: names, order, claims, updates. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeKind, podKind, statefulSetKind } from "../../kinds/index.ts";
import { aPodSpec } from "../testing/builders.ts";
import { aSet, setSpec, web } from "./testing/builders.ts";

test("makes one pod after the other, each when the one before is ready", async () => {
  const cluster = await aSet();
  assert.deepEqual(cluster.living(), ["web-0"]);
  await cluster.run("web-0");
  assert.deepEqual(cluster.living(), ["web-0", "web-1"]);
  await cluster.run("web-1");
  await cluster.run("web-2");
  assert.deepEqual(cluster.living(), ["web-0", "web-1", "web-2"]);
  assert.deepEqual(cluster.events("SuccessfulCreate"), [
    "create Pod web-0 in StatefulSet web successful",
    "create Pod web-1 in StatefulSet web successful",
    "create Pod web-2 in StatefulSet web successful",
  ]);
  const { status } = cluster.set();
  const revision = status?.updateRevision ?? "";
  assert.match(revision, /^web-[bcdfghjklmnpqrstvwxz2-9]+$/);
  assert.deepEqual(status, {
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  });
  const writes = cluster.writes();
  await cluster.advance(3_600_000);
  assert.equal(cluster.writes(), writes, "a cluster at rest is silent");
});

test("gives each pod its name, host name, labels and owner", async () => {
  const cluster = await aSet({ ordinals: { start: 5 }, replicas: 1 });
  const { metadata, spec } = cluster.pod("web-5");
  assert.deepEqual(metadata.labels, {
    app: "web",
    "statefulset.kubernetes.io/pod-name": "web-5",
    "apps.kubernetes.io/pod-index": "5",
    "controller-revision-hash": cluster.set().status?.updateRevision,
  });
  assert.equal(spec.hostname, "web-5");
  assert.equal(spec.subdomain, "web");
  assert.equal(metadata.ownerReferences?.[0]?.uid, cluster.set().metadata.uid);
});

test("in parallel makes and ends all at once", async () => {
  const cluster = await aSet({ podManagementPolicy: "Parallel" });
  assert.deepEqual(cluster.living(), ["web-0", "web-1", "web-2"]);
  assert.equal(cluster.state(), "awaitingReady");
  await cluster.runAll();
  await cluster.change({ spec: { replicas: 1 } });
  assert.equal(cluster.events("SuccessfulDelete").length, 2);
});

test("scales down from the top, one at a time", async () => {
  const cluster = await aSet();
  await cluster.runAll();
  await cluster.change({ spec: { replicas: 1 } });
  assert.deepEqual(cluster.events("SuccessfulDelete"), ["delete Pod web-2 in StatefulSet web successful"]);
  assert.equal(cluster.why(), "waits for web-2 to end on board-1");
  await cluster.gone("web-2");
  assert.deepEqual(cluster.events("SuccessfulDelete").slice(1), [
    "delete Pod web-1 in StatefulSet web successful",
  ]);
  await cluster.gone("web-1");
  assert.deepEqual(cluster.living(), ["web-0"]);
  assert.equal(cluster.state(), "steady");
});

test("does not scale down past a pod that is not healthy", async () => {
  const cluster = await aSet();
  await cluster.runAll();
  await cluster.say("web-0", { phase: "Running", conditions: [{ type: "Ready", status: "False" }] });
  await cluster.change({ spec: { replicas: 1 } });
  assert.deepEqual(cluster.events("SuccessfulDelete"), []);
  assert.equal(cluster.state(), "awaitingReady");
  await cluster.run("web-0");
  assert.equal(cluster.events("SuccessfulDelete").length, 1);
});

test("a pod that failed is deleted and made anew, with an event", async () => {
  const cluster = await aSet({ replicas: 1 });
  await cluster.run("web-0");
  const { uid } = cluster.pod("web-0").metadata;
  await cluster.say("web-0", { phase: "Failed" });
  assert.notEqual(cluster.pod("web-0").metadata.uid, uid);
  assert.deepEqual(cluster.events("RecreatingFailedPod"), [
    "StatefulSet default/web is recreating failed Pod web-0",
  ]);
  await cluster.say("web-0", { phase: "Succeeded" });
  assert.deepEqual(cluster.events("RecreatingTerminatedPod"), [
    "StatefulSet default/web is recreating terminated Pod web-0",
  ]);
});

test("counts a pod as available after minReadySeconds, and only then goes on", async () => {
  const cluster = await aSet({ minReadySeconds: 10 });
  await cluster.run("web-0");
  assert.deepEqual(cluster.living(), ["web-0"]);
  assert.equal(cluster.set().status?.readyReplicas, 1);
  assert.equal(cluster.set().status?.availableReplicas, 0);
  await cluster.advance(9_999);
  assert.deepEqual(cluster.living(), ["web-0"]);
  await cluster.advance(1);
  assert.deepEqual(cluster.living(), ["web-0", "web-1"]);
  assert.equal(cluster.set().status?.availableReplicas, 1);
});

test("adopts orphans that have its names and labels, also those beyond its range, and ends the latter", async () => {
  const cluster = await aSet({ replicas: 2 });
  await cluster.runAll();
  const uid = cluster.pod("web-1").metadata.uid;
  await cluster.objects.delete(statefulSetKind, web, { propagationPolicy: "Orphan" });
  await cluster.rest();
  assert.equal(cluster.pod("web-1").metadata.ownerReferences, undefined);
  await cluster.create(podKind, {
    metadata: { name: "web-x", namespace: "default", labels: { app: "web" } },
    spec: aPodSpec,
  });
  await cluster.create(statefulSetKind, { metadata: web, spec: setSpec({ replicas: 1 }) });
  assert.equal(cluster.pod("web-0").metadata.ownerReferences?.[0]?.uid, cluster.set().metadata.uid);
  assert.equal(cluster.pod("web-1").metadata.uid, uid);
  assert.notEqual(cluster.pod("web-1").metadata.deletionTimestamp, undefined);
  assert.equal(cluster.pod("web-x").metadata.ownerReferences, undefined, "its name is none of the set's");
});

test("lets go of a pod whose labels it no longer means, and waits until that one is gone", async () => {
  const cluster = await aSet({ replicas: 1 });
  await cluster.run("web-0");
  const target = { namespace: "default", name: "web-0" };
  await cluster.objects.patch(podKind, target, { metadata: { labels: { app: "other" } } });
  await cluster.rest();
  assert.equal(cluster.pod("web-0").metadata.ownerReferences, undefined);
  assert.equal(cluster.state(), "awaitingEnd");
  assert.equal(cluster.why(), "waits for another pod that is named web-0 to go");
  await cluster.gone("web-0");
  assert.equal(cluster.pod("web-0").metadata.labels?.["app"], "web");
});

test("a set that is deleted makes nothing any more", async () => {
  const cluster = await aSet();
  await cluster.objects.delete(statefulSetKind, web, { propagationPolicy: "Foreground" });
  await cluster.rest();
  assert.deepEqual(cluster.living(), []);
  assert.equal(cluster.state(), undefined);
});

test("of several surplus pods that are not healthy the lowest must come up before a higher one goes", async () => {
  const cluster = await aSet({ replicas: 4 });
  await cluster.runAll();
  const unready = { phase: "Running", conditions: [{ type: "Ready", status: "False" }] } as const;
  await cluster.say("web-1", unready);
  await cluster.say("web-3", unready);
  await cluster.change({ spec: { replicas: 1 } });
  assert.deepEqual(cluster.events("SuccessfulDelete"), []);
  assert.equal(cluster.state(), "scalingDown");
  assert.equal(cluster.why(), "web-3 may go when web-1 is available");
  await cluster.run("web-1");
  assert.deepEqual(cluster.events("SuccessfulDelete"), ["delete Pod web-3 in StatefulSet web successful"]);
});

test("gives an adopted pod the labels of its identity", async () => {
  const cluster = await aSet({ replicas: 0 });
  await cluster.objects.delete(statefulSetKind, web);
  const metadata = { name: "web-0", namespace: "default", labels: { app: "web" } };
  await cluster.create(podKind, { metadata, spec: aPodSpec });
  await cluster.run("web-0");
  const spec = setSpec({ replicas: 1, updateStrategy: { type: "OnDelete" } });
  await cluster.create(statefulSetKind, { metadata: web, spec });
  const { labels = {} } = cluster.pod("web-0").metadata;
  assert.equal(labels["statefulset.kubernetes.io/pod-name"], "web-0");
  assert.equal(labels["apps.kubernetes.io/pod-index"], "0");
  assert.deepEqual(cluster.events("SuccessfulUpdate"), ["update Pod web-0 in StatefulSet web successful"]);
});

test("waits for a pod of its name that another controller owns, and is told when it goes", async () => {
  const cluster = await aSet({ replicas: 0 });
  const { uid = "" } = cluster.cache.get(nodeKind, undefined, "board-1")?.metadata ?? {};
  const owner = { apiVersion: "v1", kind: "Node", name: "board-1", uid, controller: true };
  const metadata = { name: "web-0", namespace: "default", labels: { app: "web" }, ownerReferences: [owner] };
  const stranger = await cluster.create(podKind, { metadata, spec: aPodSpec });
  await cluster.change({ spec: { replicas: 1 } });
  assert.equal(cluster.state(), "awaitingEnd");
  assert.equal(cluster.pod("web-0").metadata.uid, stranger.metadata.uid);
  await cluster.gone("web-0");
  assert.equal(cluster.pod("web-0").metadata.ownerReferences?.[0]?.kind, "StatefulSet");
});
