/** Replica sets at work on the whole API: what refuses them, and what it costs when much happens at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReplicaSet } from "@kubus/shared/api/workload.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { namespaceKind, podKind, replicaSetKind, resourceQuotaKind } from "../../kinds/index.ts";
import { aReplicaSet } from "../testing/builders.ts";
import { aCluster, type Cluster } from "../testing/cluster.ts";
import { replicaSetController } from "./controller.ts";

const web = { namespace: "default", name: "web" };

async function withReplicas(cluster: Cluster, replicas: number) {
  const { spec } = aReplicaSet("web", { replicas });
  await cluster.create(replicaSetKind, { metadata: web, spec });
  const replicaSet = (): ReplicaSet =>
    cluster.cache.get(replicaSetKind, "default", "web") ?? assert.fail("no replica set");
  const scale = async (to: number) => {
    await cluster.objects.patch(replicaSetKind, web, { spec: { replicas: to } });
    await cluster.rest();
  };
  return { ...cluster, replicaSet, scale };
}

test("a quota that is full is said in the status with the API's own words, and no longer once there is room", async () => {
  const bare = await aCluster([replicaSetController]);
  const quota = { namespace: "default", name: "small" };
  await bare.create(resourceQuotaKind, { metadata: quota, spec: { hard: { pods: "2" } } });
  await bare.objects.patch(
    resourceQuotaKind,
    quota,
    { status: { hard: { pods: "2" }, used: { pods: "0" } } },
    "status",
  );
  const cluster = await withReplicas(bare, 5);
  assert.equal(cluster.names(podKind).length, 2);
  const [condition] = cluster.replicaSet().status?.conditions ?? [];
  assert.equal(condition?.type, "ReplicaFailure");
  assert.equal(condition.reason, "FailedCreate");
  assert.match(
    condition.message ?? "",
    /^pods "web-\w+" is forbidden: exceeded quota: small, requested: pods=1/,
  );
  const [told = ""] = cluster.events("FailedCreate");
  assert.match(told, /^Error creating: pods "web-\w+" is forbidden: exceeded quota/);
  const raised = { hard: { pods: "4" } };
  await cluster.objects.patch(resourceQuotaKind, quota, { spec: raised });
  await cluster.objects.patch(resourceQuotaKind, quota, { status: raised }, "status");
  await cluster.rest();
  assert.equal(cluster.names(podKind).length, 4, "a quota that is raised is used at once");
  await cluster.objects.delete(resourceQuotaKind, quota);
  await cluster.rest();
  assert.equal(cluster.names(podKind).length, 5);
  assert.equal(cluster.replicaSet().status?.conditions, undefined);
});

test("a failure is told by few requests, however many pods are missing", async () => {
  const bare = await aCluster([replicaSetController]);
  const quota = { namespace: "default", name: "none" };
  await bare.create(resourceQuotaKind, { metadata: quota, spec: { hard: { pods: "0" } } });
  await bare.objects.patch(
    resourceQuotaKind,
    quota,
    { status: { hard: { pods: "0" }, used: { pods: "0" } } },
    "status",
  );
  const cluster = await withReplicas(bare, 400);
  // One request by the first pass, one by the pass after its own status; then it pauses.
  assert.ok(cluster.events("FailedCreate").length <= 2, cluster.events("FailedCreate").join("\n"));
});

test("many pods that become ready at once are told in a few statuses, not in one each", async () => {
  const cluster = await withReplicas(await aCluster([replicaSetController]), 300);
  let statuses = 0;
  cluster.cache.onEvent(({ kind }) => (statuses += kind.kind === "ReplicaSet" ? 1 : 0));
  const ready = { type: "Ready", status: "True", lastTransitionTime: timestamp(cluster.clock.now()) };
  const status = { phase: "Running", conditions: [ready] };
  await Promise.all(
    cluster
      .names(podKind)
      .map((name) => cluster.objects.patch(podKind, { ...web, name }, { status }, "status")),
  );
  await cluster.rest();
  assert.equal(cluster.replicaSet().status?.availableReplicas, 300);
  assert.ok(statuses <= 30, `${statuses} statuses`);
});

test("a namespace that ends gets no pods, and nobody complains", async () => {
  const cluster = await aCluster([replicaSetController]);
  await cluster.create(namespaceKind, { metadata: { name: "ending" } });
  const there = { namespace: "ending", name: "web" };
  await cluster.create(replicaSetKind, { metadata: there, spec: aReplicaSet("web").spec });
  await cluster.objects.delete(namespaceKind, { name: "ending" });
  for (const name of cluster.names(podKind, "ending")) {
    await cluster.objects.delete(podKind, { namespace: "ending", name });
  }
  await cluster.rest();
  assert.deepEqual(cluster.names(podKind, "ending"), []);
  assert.equal(cluster.cache.get(replicaSetKind, "ending", "web")?.status?.conditions, undefined);
});

test("pods that end are counted until they are gone", async () => {
  const cluster = await withReplicas(await aCluster([replicaSetController]), 2);
  const [name = ""] = cluster.names(podKind);
  await cluster.objects.patch(podKind, { ...web, name }, { metadata: { finalizers: ["test/held"] } });
  await cluster.objects.delete(podKind, { ...web, name });
  await cluster.rest();
  const counts = () => {
    const { replicas, terminatingReplicas } = cluster.replicaSet().status ?? {};
    return [replicas, terminatingReplicas];
  };
  assert.deepEqual(counts(), [2, 1]);
  await cluster.objects.patch(podKind, { ...web, name }, { metadata: { finalizers: [] } });
  await cluster.rest();
  assert.deepEqual(counts(), [2, 0]);
});

test("an orphan that a selector means is adopted, one pod of another namespace or with another label is not", async () => {
  const bare = await aCluster([replicaSetController]);
  await bare.create(namespaceKind, { metadata: { name: "other" } });
  const orphan = (namespace: string, name: string, app: string) =>
    bare.create(podKind, {
      metadata: { namespace, name, labels: { app, more: "yes" } },
      spec: { containers: [{ name: "main", image: "host/sleep" }] },
    });
  await orphan("default", "early", "web");
  await orphan("other", "far", "web");
  await orphan("default", "strange", "db");
  const cluster = await withReplicas(bare, 2);
  const mine = () =>
    cluster.cache
      .controlledBy(podKind, cluster.replicaSet().metadata.uid)
      .map(({ metadata }) => metadata.name);
  assert.equal(mine().length, 2);
  assert.ok(mine().includes("early"));
  await orphan("default", "late", "web");
  assert.equal(mine().length, 2, "one too many was adopted, and one went");
  const controlled = cluster.cache
    .list(podKind)
    .filter(({ metadata }) => metadata.ownerReferences !== undefined)
    .map(({ metadata }) => metadata.name);
  assert.deepEqual(controlled, mine().toSorted());
  assert.deepEqual(
    cluster.names(podKind).filter((name) => !controlled.includes(name)),
    ["strange", "far"],
  );
});
