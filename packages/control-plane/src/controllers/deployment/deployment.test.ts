/** What a deployment says of itself while it rolls out, and what it does when things go wrong, on the whole API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "@kubus/shared/api/meta.ts";
import { deploymentKind, podKind, replicaSetKind, resourceQuotaKind } from "../../kinds/index.ts";
import { aDeployment, aPodSpec } from "../testing/builders.ts";
import { aCluster, type Cluster } from "../testing/cluster.ts";
import { templateHash } from "./template.ts";
import { aDeployed, aNewDeployment, web, workloads } from "./testing/deployed.ts";

const inShort = ({ status, reason, message }: Condition) => `${status} ${reason ?? ""}: ${message ?? ""}`;

/** Every condition of a type that was ever written, in order. */
function sayingsOf(cluster: Cluster, type: string): readonly string[] {
  const said: string[] = [];
  cluster.cache.onEvent(({ kind, object }) => {
    if (kind.kind !== "Deployment") return;
    const { status } = object as { status?: { conditions?: readonly Condition[] } };
    const condition = status?.conditions?.find((one) => one.type === type);
    const text = condition === undefined ? "nothing" : inShort(condition);
    if (said.at(-1) !== text) said.push(text);
  });
  return said;
}

async function withQuota(hard: Readonly<Record<string, string>>, used: Readonly<Record<string, string>>) {
  const cluster = await aCluster(workloads);
  const quota = { namespace: "default", name: "small" };
  await cluster.create(resourceQuotaKind, { metadata: quota, spec: { hard } });
  await cluster.objects.patch(resourceQuotaKind, quota, { status: { hard, used } }, "status");
  return { ...cluster, lift: () => cluster.objects.delete(resourceQuotaKind, quota) };
}

test("the condition Progressing goes from created over updated to available, with the replica set's name", async () => {
  const bare = await aCluster(workloads);
  const said = sayingsOf(bare, "Progressing");
  const cluster = await aNewDeployment({}, bare);
  await cluster.finish();
  const [name = ""] = cluster.names(replicaSetKind);
  assert.deepEqual(said, [
    "nothing",
    `True NewReplicaSetCreated: Created new replica set "${name}"`,
    `True ReplicaSetUpdated: ReplicaSet "${name}" is progressing.`,
    `True NewReplicaSetAvailable: ReplicaSet "${name}" has successfully progressed.`,
  ]);
});

test("Available is about the fewest pods that may be: all of them for Recreate, some for a rolling update", async () => {
  const rolling = await aDeployed({ strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } });
  const unready = async (cluster: typeof rolling) => {
    const [name = ""] = cluster.names(podKind);
    const conditions = [{ type: "Ready", status: "False" }];
    await cluster.objects.patch(podKind, { ...web, name }, { status: { conditions } }, "status");
    await cluster.rest();
    return cluster.condition("Available")?.reason;
  };
  assert.equal(await unready(rolling), "MinimumReplicasAvailable");
  assert.equal(rolling.deployment().status?.unavailableReplicas, 1);
  const recreate = await aDeployed({ strategy: { type: "Recreate" } });
  assert.equal(await unready(recreate), "MinimumReplicasUnavailable");
});

test("what keeps the newest replica set from its pods is said by the deployment, until it is over", async () => {
  const quota = await withQuota({ pods: "2" }, { pods: "0" });
  const cluster = await aNewDeployment({}, quota);
  const failure = cluster.condition("ReplicaFailure");
  assert.equal(failure?.reason, "FailedCreate");
  assert.match(failure.message ?? "", /^pods "web-.*" is forbidden: exceeded quota: small/);
  assert.equal(failure.lastUpdateTime, failure.lastTransitionTime);
  await quota.lift();
  await cluster.advance(120_000);
  assert.equal(cluster.condition("ReplicaFailure"), undefined);
  assert.equal(cluster.names(podKind).length, 3);
});

test("a replica set that the API refuses is said in Progressing and in an event, and tried again", async () => {
  const quota = await withQuota({ "count/replicasets.apps": "0" }, { "count/replicasets.apps": "0" });
  const cluster = await aNewDeployment({}, quota);
  const condition = cluster.condition("Progressing");
  assert.equal(condition?.reason, "ReplicaSetCreateError");
  assert.equal(condition.status, "False");
  assert.match(condition.message ?? "", /^Failed to create new replica set "web-\w+": .*exceeded quota/);
  assert.deepEqual(cluster.events("ReplicaSetCreateError"), [condition.message]);
  assert.deepEqual(cluster.events("ScalingReplicaSet"), []);
  await cluster.advance(1_000);
  assert.equal(cluster.stateOf("rollout default/web"), "hindered");
  await quota.lift();
  await cluster.advance(120_000);
  assert.equal(cluster.condition("Progressing")?.reason, "ReplicaSetUpdated");
});

test("a new template ends what was said of a rollout that had stalled, in the same status that observes it", async () => {
  const cluster = await aDeployed({ progressDeadlineSeconds: 60 });
  await cluster.setImage("host/never");
  await cluster.advance(61_000);
  assert.equal(cluster.condition("Progressing")?.reason, "ProgressDeadlineExceeded");
  const lies: string[] = [];
  cluster.cache.onEvent(({ kind }) => {
    if (kind.kind !== "Deployment") return;
    const { metadata, status } = cluster.deployment();
    const reason = cluster.condition("Progressing")?.reason ?? "";
    if (status?.observedGeneration === metadata.generation) lies.push(reason);
  });
  await cluster.setImage("host/true");
  assert.equal(lies.includes("ProgressDeadlineExceeded"), false, "kubectl rollout status would give up");
  await cluster.finish();
  assert.equal(cluster.condition("Progressing")?.reason, "NewReplicaSetAvailable");
});

test("going back from a rollout that has stalled begins anew with the set that it finds", async () => {
  const cluster = await aDeployed({ progressDeadlineSeconds: 60 });
  const [first = ""] = cluster.names(replicaSetKind);
  await cluster.setImage("host/never");
  await cluster.advance(61_000);
  const said = sayingsOf(cluster, "Progressing");
  await cluster.setImage("host/sleep");
  await cluster.finish();
  assert.deepEqual(cluster.sizes(), ["2:0", "3:3"]);
  assert.equal(
    said.at(-1),
    `True NewReplicaSetAvailable: ReplicaSet "${first}" has successfully progressed.`,
  );
  assert.equal(cluster.stateOf("rollout default/web"), "complete");
});

test("paused and resumed, it says so, and the time that it was paused does not count", async () => {
  const cluster = await aDeployed({ progressDeadlineSeconds: 60 });
  await cluster.change({ spec: { paused: true } });
  await cluster.setImage("host/never");
  assert.equal(
    inShort(cluster.condition("Progressing") ?? assert.fail()),
    "Unknown DeploymentPaused: Deployment is paused",
  );
  await cluster.advance(600_000);
  assert.equal(cluster.condition("Progressing")?.reason, "DeploymentPaused");
  const said = sayingsOf(cluster, "Progressing");
  await cluster.change({ spec: { paused: false } });
  assert.match(said.find((one) => !one.includes("Paused")) ?? "", /^True NewReplicaSetCreated/);
  await cluster.advance(59_000);
  assert.notEqual(cluster.condition("Progressing")?.reason, "ProgressDeadlineExceeded");
  await cluster.advance(2_000);
  assert.equal(cluster.condition("Progressing")?.reason, "ProgressDeadlineExceeded");
});

test("paused in the middle of a rollout and resumed, it goes on where it was", async () => {
  const cluster = await aDeployed();
  await cluster.setImage("host/true");
  await cluster.change({ spec: { paused: true } });
  const before = cluster.sizes();
  await cluster.run(cluster.living());
  assert.deepEqual(cluster.sizes(), before, "nothing moves while it is paused");
  await cluster.change({ spec: { paused: false } });
  await cluster.finish();
  assert.deepEqual(cluster.sizes(), ["1:0", "2:3"]);
});

test("scaled in the middle of a rollout, old and new sets grow by their shares", async () => {
  const cluster = await aDeployed({
    replicas: 8,
    strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } },
  });
  await cluster.setImage("host/true");
  assert.deepEqual(cluster.sizes(), ["1:8", "2:2"]);
  await cluster.change({ spec: { replicas: 18 } });
  assert.deepEqual(cluster.sizes(), ["1:16", "2:4"]);
  await cluster.finish();
  assert.deepEqual(cluster.sizes(), ["1:0", "2:18"]);
});

test("two templates with one name: the second is counted as a collision and gets another name", async () => {
  const cluster = await aCluster(workloads);
  const { spec } = aDeployment("web");
  const taken = `web-${templateHash({ ...spec.template, metadata: { labels: { app: "web" } } })}`;
  const other = { matchLabels: { app: "other" } };
  const template = { metadata: { labels: { app: "other" } }, spec: aPodSpec };
  const probe = await cluster.create(deploymentKind, { metadata: { ...web, name: "probe" }, spec });
  const name = `web-${templateHash(probe.spec.template)}`;
  assert.notEqual(name, taken, "the server fills the template in before it is hashed");
  await cluster.objects.delete(deploymentKind, { ...web, name: "probe" });
  await cluster.create(replicaSetKind, {
    metadata: { namespace: "default", name },
    spec: { replicas: 0, selector: other, template },
  });
  const deployed = await aDeployed({}, cluster);
  assert.equal(deployed.deployment().status?.collisionCount, 1);
  const own = deployed.names(replicaSetKind).filter((one) => one !== name && one.startsWith("web-"));
  assert.equal(own.length, 1);
  assert.equal(deployed.condition("Progressing")?.reason, "NewReplicaSetAvailable");
});

test("the cause of a change travels with the revision, and a set that is used again remembers its former ones", async () => {
  const cluster = await aDeployed();
  const cause = async (image: string) => {
    await cluster.objects.patch(deploymentKind, web, {
      metadata: { annotations: { "kubernetes.io/change-cause": image } },
      spec: { template: { spec: { containers: [{ ...aPodSpec.containers[0], image }] } } },
    });
    await cluster.rest();
    await cluster.finish();
  };
  for (const image of ["host/a", "host/b", "host/a", "host/b", "host/a"]) await cause(image);
  const sets = cluster.cache.list(replicaSetKind).map(({ metadata }) => metadata.annotations ?? {});
  const a = sets.find((one) => one["deployment.kubernetes.io/revision"] === "6");
  assert.equal(a?.["kubernetes.io/change-cause"], "host/a");
  assert.equal(a["deployment.kubernetes.io/revision-history"], "2,4");
  assert.equal(cluster.deployment().metadata.annotations?.["deployment.kubernetes.io/revision"], "6");
});

test("minReadySeconds reaches the replica set, and a new pod counts only after it", async () => {
  const cluster = await aDeployed({ minReadySeconds: 30 });
  assert.equal(cluster.deployment().status?.availableReplicas ?? 0, 0);
  await cluster.advance(31_000);
  assert.equal(cluster.deployment().status?.availableReplicas, 3);
  await cluster.change({ spec: { minReadySeconds: 300 } });
  assert.equal(cluster.cache.list(replicaSetKind)[0]?.spec.minReadySeconds, 300);
  await cluster.advance(300_000);
  assert.equal(cluster.deployment().status?.availableReplicas, 3);
});

test("without a deadline there is no condition Progressing, and nothing stalls", async () => {
  const cluster = await aNewDeployment({ progressDeadlineSeconds: 2 ** 31 - 1 });
  assert.equal(cluster.condition("Progressing"), undefined);
  await cluster.advance(86_400_000);
  assert.equal(cluster.stateOf("rollout default/web"), "progressing");
  await cluster.finish();
  assert.equal(cluster.stateOf("rollout default/web"), "complete");
});

test("a rollout of many pods costs few writes of the deployment", async () => {
  const cluster = await aNewDeployment({ replicas: 200 });
  let written = 0;
  cluster.cache.onEvent(({ kind }) => (written += kind.kind === "Deployment" ? 1 : 0));
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  await Promise.all(
    cluster
      .names(podKind)
      .map((name) => cluster.objects.patch(podKind, { ...web, name }, { status }, "status")),
  );
  await cluster.rest();
  assert.equal(cluster.deployment().status?.availableReplicas, 200);
  assert.ok(written <= 20, `${written} writes`);
});
