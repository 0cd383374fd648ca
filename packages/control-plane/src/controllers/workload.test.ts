/** Deployments, replica sets and replication controllers at work on the whole API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deploymentKind, podKind, replicaSetKind, replicationControllerKind } from "../kinds/index.ts";
import { aDeployed, isRolledOut, web, workloads } from "./deployment/testing/deployed.ts";
import { aPodSpec } from "./testing/builders.ts";
import { aCluster } from "./testing/cluster.ts";

test("a deployment comes to run, says so, and then nobody writes any more", async () => {
  const cluster = await aDeployed();
  assert.equal(isRolledOut(cluster.deployment()), true);
  assert.equal(cluster.condition("Progressing")?.reason, "NewReplicaSetAvailable");
  assert.deepEqual(cluster.sizes(), ["1:3"]);
  const [name = ""] = cluster.names(replicaSetKind);
  assert.match(name, /^web-[bcdfghjklmnpqrstvwxz2-9]+$/);
  assert.deepEqual(cluster.events("ScalingReplicaSet"), [`Scaled up replica set ${name} from 0 to 3`]);
  assert.equal(cluster.events("SuccessfulCreate").length, 3);
  const writes = cluster.writes();
  await cluster.advance(3_600_000);
  assert.equal(cluster.writes(), writes, "a cluster at rest is silent");
});

test("a new image rolls out one pod at a time and never leaves fewer than asked for", async () => {
  const cluster = await aDeployed();
  await cluster.setImage("host/true");
  const { living } = cluster;
  const ready = () =>
    living().filter(({ status }) =>
      status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
  for (let round = 0; round < 20 && !isRolledOut(cluster.deployment()); round += 1) {
    assert.ok(living().length <= 4, "never more than the surge");
    assert.ok(ready().length >= 3, "never fewer than must be available");
    const next = living().find((pod) => !ready().includes(pod));
    if (next !== undefined) await cluster.run([next]);
  }
  assert.equal(isRolledOut(cluster.deployment()), true);
  assert.deepEqual(cluster.sizes(), ["1:0", "2:3"]);
  assert.equal(cluster.deployment().metadata.annotations?.["deployment.kubernetes.io/revision"], "2");
});

test("going back to a former template uses its replica set again, as a new revision", async () => {
  const cluster = await aDeployed();
  await cluster.setImage("host/true");
  for (let round = 0; round < 10; round += 1) await cluster.run();
  await cluster.setImage("host/sleep");
  for (let round = 0; round < 10; round += 1) await cluster.run();
  assert.deepEqual(cluster.sizes(), ["2:0", "3:3"]);
  const reused = cluster.cache.list(replicaSetKind).find(({ spec }) => spec.replicas === 3);
  assert.equal(reused?.metadata.annotations?.["deployment.kubernetes.io/revision-history"], "1");
});

test("scaling changes the size and not the revision", async () => {
  const cluster = await aDeployed();
  await cluster.change({ spec: { replicas: 5 } });
  assert.deepEqual(cluster.sizes(), ["1:5"]);
  assert.equal(cluster.cache.list(podKind).length, 5);
  await cluster.change({ spec: { replicas: 0 } });
  assert.equal(isRolledOut(cluster.deployment()), true);
  assert.deepEqual(cluster.names(podKind), []);
});

test("a paused deployment scales, but does not roll out until it is resumed", async () => {
  const cluster = await aDeployed({ paused: false });
  await cluster.change({ spec: { paused: true } });
  await cluster.setImage("host/true");
  await cluster.change({ spec: { replicas: 4 } });
  assert.deepEqual(cluster.sizes(), ["1:4"]);
  assert.equal(cluster.condition("Progressing")?.reason, "DeploymentPaused");
  await cluster.change({ spec: { paused: false } });
  for (let round = 0; round < 10; round += 1) await cluster.run();
  assert.deepEqual(cluster.sizes(), ["1:0", "2:4"]);
});

test("Recreate makes no new pod before the last old one is gone", async () => {
  const cluster = await aDeployed({ strategy: { type: "Recreate" } });
  const [held] = cluster.cache.list(podKind);
  if (held === undefined) return assert.fail();
  const target = { namespace: "default", name: held.metadata.name };
  await cluster.objects.patch(podKind, target, { metadata: { finalizers: ["test/held"] } });
  await cluster.setImage("host/true");
  assert.deepEqual(cluster.names(podKind), [held.metadata.name]);
  await cluster.objects.patch(podKind, target, { metadata: { finalizers: [] } });
  await cluster.rest();
  assert.equal(cluster.cache.list(podKind).length, 3);
  assert.deepEqual(cluster.sizes(), ["1:0", "2:3"]);
});

test("a rollout that comes no nearer for too long says so", async () => {
  const cluster = await aDeployed({ progressDeadlineSeconds: 60 });
  await cluster.setImage("host/never");
  await cluster.advance(59_000);
  assert.equal(cluster.condition("Progressing")?.reason, "ReplicaSetUpdated");
  await cluster.advance(2_000);
  assert.equal(cluster.condition("Progressing")?.reason, "ProgressDeadlineExceeded");
  await cluster.run();
  await cluster.run();
  await cluster.run();
  assert.equal(cluster.condition("Progressing")?.reason, "NewReplicaSetAvailable");
});

test("old replica sets beyond the history limit go", async () => {
  const cluster = await aDeployed({ revisionHistoryLimit: 1 });
  for (const image of ["host/a", "host/b", "host/c"]) {
    await cluster.setImage(image);
    for (let round = 0; round < 10; round += 1) await cluster.run();
  }
  assert.deepEqual(cluster.sizes(), ["3:0", "4:3"]);
});

test("a deleted deployment takes its replica sets and pods along", async () => {
  const cluster = await aDeployed();
  await cluster.objects.delete(deploymentKind, web);
  await cluster.rest();
  assert.deepEqual([...cluster.names(replicaSetKind), ...cluster.names(podKind)], []);
});

test("a pod that is deleted is replaced; a replication controller does the same", async () => {
  const cluster = await aCluster(workloads);
  const { containers } = aPodSpec;
  const template = { metadata: { labels: { app: "rc" } }, spec: { containers } };
  const spec = { replicas: 2, selector: { app: "rc" }, template };
  await cluster.create(replicationControllerKind, { metadata: { name: "rc", namespace: "default" }, spec });
  const before = cluster.names(podKind);
  assert.equal(before.length, 2);
  await cluster.objects.delete(podKind, { namespace: "default", name: before[0] ?? "" });
  await cluster.rest();
  const after = cluster.names(podKind);
  assert.equal(after.length, 2);
  assert.equal(after.includes(before[0] ?? ""), false);
});
