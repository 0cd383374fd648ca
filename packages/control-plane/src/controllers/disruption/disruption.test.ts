import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { requestOf } from "../../api/testing/world.ts";
import { isStream } from "../../api/request.ts";
import type { Api } from "../../api/api.ts";
import { deploymentKind, podDisruptionBudgetKind, podKind, statefulSetKind } from "../../kinds/index.ts";
import { deploymentController } from "../deployment/controller.ts";
import { replicaSetController } from "../replicaset/controller.ts";
import { aCluster, type Cluster } from "../testing/cluster.ts";
import { disruptionController } from "./controller.ts";

const namespace = "default";
const app = { app: "web" };

async function anEvictingCluster() {
  let api: Api | undefined;
  const cluster = await aCluster((made) => {
    api = made;
    return [disruptionController, deploymentController, replicaSetController];
  });
  const evict = async (name: string, more: object = {}, query = "") => {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction${query}`;
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace }, ...more };
    const answer = await api?.handle(requestOf("POST", path, { body }));
    assert.ok(answer !== undefined && !isStream(answer));
    return JSON.parse(new TextDecoder().decode(answer.body)) as {
      code: number;
      message: string;
      details: { causes: readonly { reason: string; message: string }[]; retryAfterSeconds?: number };
    };
  };
  return { ...cluster, evict };
}

const makeDeployment = async (cluster: Cluster, replicas: number) => {
  await cluster.create(deploymentKind, {
    metadata: { name: "web", namespace },
    spec: {
      replicas,
      selector: { matchLabels: app },
      template: { metadata: { labels: app }, spec: { containers: [{ name: "main", image: "host/sleep" }] } },
    },
  });
  await cluster.run();
};
const makeBudget = (cluster: Cluster, spec: PodDisruptionBudget["spec"]) =>
  cluster.create(podDisruptionBudgetKind, {
    metadata: { name: "web", namespace },
    spec: { selector: { matchLabels: app }, ...spec },
  });
const budgetIn = ({ cache }: Cluster) =>
  cache.get<PodDisruptionBudget>(podDisruptionBudgetKind, namespace, "web");
const numbers = (cluster: Cluster) => {
  const { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed } =
    budgetIn(cluster)?.status ?? assert.fail();
  return [expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed];
};
const living = ({ cache }: Cluster): readonly Pod[] =>
  cache.list<Pod>(podKind, namespace).filter(({ metadata }) => metadata.deletionTimestamp === undefined);

test("says how many pods may go: numbers, and shares of what their controllers want", async () => {
  const cluster = await anEvictingCluster();
  await makeDeployment(cluster, 5);
  await makeBudget(cluster, { minAvailable: 3 });
  assert.deepEqual(numbers(cluster), [5, 5, 3, 2]);
  const respec = async (spec: object) => {
    await cluster.objects.patch(podDisruptionBudgetKind, { namespace, name: "web" }, { spec });
    await cluster.rest();
  };
  await respec({ minAvailable: "50%" });
  assert.deepEqual(numbers(cluster), [5, 5, 3, 2]);
  await respec({ minAvailable: null, maxUnavailable: "25%" });
  assert.deepEqual(numbers(cluster), [5, 5, 3, 2]);
  await respec({ maxUnavailable: 1 });
  assert.deepEqual(numbers(cluster), [5, 5, 4, 1]);
  const status = budgetIn(cluster)?.status ?? assert.fail();
  assert.equal(status.observedGeneration, 4);
  assert.deepEqual(
    status.conditions?.map(({ type, status: is, reason }) => [type, is, reason]),
    [["DisruptionAllowed", "True", "SufficientPods"]],
  );
});

test("evicts as many as the budget allows, and says why no more", async () => {
  const cluster = await anEvictingCluster();
  await makeDeployment(cluster, 3);
  await makeBudget(cluster, { minAvailable: 2 });
  const [first, second] = living(cluster).map(({ metadata }) => metadata.name);
  assert.equal((await cluster.evict(first ?? "")).code, 201);
  const refused = await cluster.evict(second ?? "");
  assert.deepEqual(
    [refused.code, refused.message],
    [429, "Cannot evict pod as it would violate the pod's disruption budget."],
  );
  assert.deepEqual(refused.details.causes, [
    {
      reason: "DisruptionBudget",
      message: "The disruption budget web needs 2 healthy pods and has 2 currently",
    },
  ]);
  await cluster.rest();
  assert.deepEqual(numbers(cluster).slice(1), [2, 2, 0]);
  await cluster.run();
  assert.equal((await cluster.evict(second ?? "")).code, 201);
});

test("INVARIANT: many evictions at once are granted once for each disruption that is allowed", async () => {
  const cluster = await anEvictingCluster();
  await makeDeployment(cluster, 6);
  await makeBudget(cluster, { maxUnavailable: 2 });
  const answers = await Promise.all(living(cluster).map(({ metadata }) => cluster.evict(metadata.name)));
  assert.deepEqual(answers.map(({ code }) => code).sort(), [201, 201, 429, 429, 429, 429]);
});

test("a dry run asks and takes nothing; a wrong precondition evicts nothing", async () => {
  const cluster = await anEvictingCluster();
  await makeDeployment(cluster, 2);
  await makeBudget(cluster, { maxUnavailable: 1 });
  const [name = ""] = living(cluster).map(({ metadata }) => metadata.name);
  assert.equal((await cluster.evict(name, {}, "?dryRun=All")).code, 201);
  assert.equal((await cluster.evict(name, { deleteOptions: { dryRun: ["All"] } })).code, 201);
  assert.deepEqual(numbers(cluster), [2, 2, 1, 1]);
  assert.equal(living(cluster).length, 2);
  const wrong = await cluster.evict(name, { deleteOptions: { preconditions: { uid: "other" } } });
  assert.equal(wrong.code, 409);
  assert.equal(living(cluster).length, 2);
});

test("a budget that was not looked at yet grants nothing, and says when to ask again", async () => {
  const cluster = await anEvictingCluster();
  await makeDeployment(cluster, 2);
  await cluster.led.stop();
  await makeBudget(cluster, { maxUnavailable: 1 });
  const refused = await cluster.evict(living(cluster)[0]?.metadata.name ?? "");
  assert.deepEqual([refused.code, refused.details.retryAfterSeconds], [429, 10]);
});

test("pods that serve nobody go without being counted", async () => {
  const cluster = await anEvictingCluster();
  await cluster.create(podKind, {
    metadata: { name: "pending", namespace, labels: app },
    spec: { containers: [{ name: "main", image: "host/sleep" }] },
  });
  await makeBudget(cluster, { minAvailable: 1 });
  assert.equal((await cluster.evict("pending")).code, 201);
});

test("an unhealthy pod goes when its budget says so, or when enough others are healthy", async () => {
  const cluster = await anEvictingCluster();
  await makeDeployment(cluster, 2);
  await makeBudget(cluster, { minAvailable: 2, unhealthyPodEvictionPolicy: "AlwaysAllow" });
  const [name = ""] = living(cluster).map(({ metadata }) => metadata.name);
  assert.equal((await cluster.evict(name)).code, 429);
  await cluster.objects.patch(podKind, { namespace, name }, { status: { conditions: [] } }, "status");
  await cluster.rest();
  assert.equal((await cluster.evict(name)).code, 201);
});

test("two budgets about one pod are one too many", async () => {
  const cluster = await anEvictingCluster();
  await makeDeployment(cluster, 2);
  await makeBudget(cluster, { maxUnavailable: 1 });
  await cluster.create(podDisruptionBudgetKind, {
    metadata: { name: "all", namespace },
    spec: { maxUnavailable: 1, selector: {} },
  });
  const refused = await cluster.evict(living(cluster)[0]?.metadata.name ?? "");
  assert.deepEqual(
    [refused.code, refused.message],
    [500, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."],
  );
});

test("a share of pods whose controller has no size cannot be told", async () => {
  const cluster = await anEvictingCluster();
  await makeBudget(cluster, { maxUnavailable: 1 });
  await cluster.create(podKind, {
    metadata: {
      name: "a",
      namespace,
      labels: app,
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "j", uid: "j", controller: true }],
    },
    spec: { containers: [{ name: "main", image: "host/sleep" }] },
  });
  const [condition] = budgetIn(cluster)?.status?.conditions ?? [];
  assert.deepEqual([condition?.status, condition?.reason], ["False", "SyncFailed"]);
  assert.match(condition?.message ?? "", /does not implement the scale subresource/);
});

test("every eviction says so on the pod, also without a budget; a dry run and a wrong precondition do not", async () => {
  const cluster = await anEvictingCluster();
  await cluster.create(podKind, {
    metadata: { name: "bare", namespace, labels: app },
    spec: { containers: [{ name: "main", image: "host/sleep" }], nodeName: "board-1" },
  });
  await cluster.run();
  const pod = () => cluster.cache.get<Pod>(podKind, namespace, "bare");
  const said = () => pod()?.status?.conditions?.find(({ type }) => type === "DisruptionTarget")?.reason;
  await cluster.evict("bare", {}, "?dryRun=All");
  const wrong = { deleteOptions: { preconditions: { resourceVersion: "1" } } };
  assert.equal((await cluster.evict("bare", wrong)).code, 409);
  assert.equal(said(), undefined);
  const right = { deleteOptions: { preconditions: { resourceVersion: pod()?.metadata.resourceVersion } } };
  assert.equal((await cluster.evict("bare", right)).code, 201);
  assert.equal(said(), "EvictionByEvictionAPI");
  assert.notEqual(pod()?.metadata.deletionTimestamp, undefined);
});

test("a budget that cannot be told refuses with the reason, and tells of it once", async () => {
  const cluster = await anEvictingCluster();
  await makeBudget(cluster, { maxUnavailable: 1 });
  assert.deepEqual(cluster.events("NoPods"), ["No matching pods found"]);
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "gone", uid: "gone", controller: true };
  await cluster.create(podKind, {
    metadata: { name: "lost", namespace, labels: app, ownerReferences: [owner] },
    spec: { containers: [{ name: "main", image: "host/sleep" }], nodeName: "board-1" },
  });
  await cluster.run();
  const why = 'found no controllers for pod "lost"';
  assert.deepEqual(cluster.events("CalculateExpectedPodCountFailed"), [
    `Failed to calculate the number of expected pods: ${why}`,
  ]);
  const refused = await cluster.evict("lost");
  assert.equal(
    refused.details.causes[0]?.message,
    `The disruption budget web does not allow evicting pods currently because it failed sync: ${why}`,
  );
});

test("pods that nobody controls are told of where a share is asked for", async () => {
  const cluster = await anEvictingCluster();
  await cluster.create(podKind, {
    metadata: { name: "bare", namespace, labels: app },
    spec: { containers: [{ name: "main", image: "host/sleep" }] },
  });
  await makeBudget(cluster, { maxUnavailable: 1 });
  assert.equal(cluster.events("UnmanagedPods").length, 1);
  assert.match(cluster.events("UnmanagedPods")[0] ?? "", /\(selector: app=web\) were found to be unmanaged/);
});

test("a share counts the replicas of a stateful set", async () => {
  const cluster = await anEvictingCluster();
  const template = {
    metadata: { labels: app },
    spec: { containers: [{ name: "main", image: "host/sleep" }] },
  };
  const set = await cluster.create(statefulSetKind, {
    metadata: { name: "db", namespace },
    spec: { replicas: 4, serviceName: "db", selector: { matchLabels: app }, template },
  });
  const owner = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    name: "db",
    uid: set.metadata.uid,
    controller: true,
  };
  for (const name of ["db-0", "db-1"])
    await cluster.create(podKind, {
      metadata: { name, namespace, labels: app, ownerReferences: [owner] },
      spec: template.spec,
    });
  await cluster.run();
  await makeBudget(cluster, { minAvailable: "50%" });
  assert.deepEqual(numbers(cluster), [4, 2, 2, 0]);
});
