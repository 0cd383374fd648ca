/** Pods that nobody else will ever end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeKind, podKind } from "../../kinds/index.ts";
import { aPod, aPodSpec, at, start } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
import { podGcController } from "./controller.ts";
import { podGcLimits, reconcile, surplusFinished } from "./reconcile.ts";

async function aBoardWithAPod() {
  const cluster = await aCluster([podGcController()]);
  await cluster.create(nodeKind, { metadata: { name: "board-1" }, spec: {} });
  await cluster.create(podKind, {
    metadata: { name: "web", namespace: "default" },
    spec: { ...aPodSpec, nodeName: "board-1" },
  });
  return cluster;
}

test("a pod goes when its board has been gone for a while", async () => {
  const cluster = await aBoardWithAPod();
  await cluster.objects.delete(nodeKind, { name: "board-1" });
  await cluster.advance(39_000);
  assert.deepEqual(cluster.names(podKind), ["web"]);
  await cluster.advance(2_000);
  assert.deepEqual(cluster.names(podKind), []);
});

test("a board that registers again in time keeps its pods", async () => {
  const cluster = await aBoardWithAPod();
  await cluster.objects.delete(nodeKind, { name: "board-1" });
  await cluster.advance(30_000);
  await cluster.create(nodeKind, { metadata: { name: "board-1" }, spec: {} });
  await cluster.advance(120_000);
  assert.deepEqual(cluster.names(podKind), ["web"]);
});

test("of too many finished pods the oldest go", () => {
  const pods = [30, 10, 20].map((age) =>
    aPod(`done-${age}`, { meta: { creationTimestamp: at(age) }, status: { phase: "Succeeded" } }),
  );
  const { effects } = surplusFinished([...pods, aPod("running", { status: { phase: "Running" } })], 1);
  assert.deepEqual(
    effects.map((effect) => effect.type === "delete" && effect.target.name),
    ["done-10", "done-20"],
  );
});

test("of too many finished pods the evicted ones go before the oldest", () => {
  const evicted = aPod("evicted", {
    meta: { creationTimestamp: at(99) },
    status: { phase: "Failed", reason: "Evicted" },
  });
  const done = aPod("done", { status: { phase: "Succeeded" } });
  const [effect] = surplusFinished([done, evicted], 1).effects;
  assert.equal(effect?.type === "delete" && effect.target.name, "evicted");
});

test("as many finished pods as Kubernetes keeps are kept", () => {
  assert.equal(podGcLimits.finishedMax, 12_500);
});

test("a pod of a board that is gone ends as failed, disrupted by the collector", () => {
  const pod = aPod("web", { spec: { nodeName: "board-1" }, status: { phase: "Running" } });
  const lost = { pod, nodeMissingForMs: 40_000, isOutOfService: false, now: start };
  const [mark, removal] = reconcile(lost).effects;
  assert.ok(mark?.type === "writeStatus");
  assert.deepEqual(mark.status, {
    phase: "Failed",
    conditions: [
      {
        type: "DisruptionTarget",
        status: "True",
        reason: "DeletionByPodGC",
        message: "PodGC: node no longer exists",
        lastTransitionTime: at(0),
      },
    ],
  });
  assert.equal(removal?.type, "delete");
  const finished = {
    ...lost,
    pod: aPod("done", { spec: { nodeName: "b" }, status: { phase: "Succeeded" } }),
  };
  assert.deepEqual(
    reconcile(finished).effects.map(({ type }) => type),
    ["delete"],
  );
});

test("a pod that ends on a board out of service goes at once; one that does not end stays", async () => {
  const cluster = await aBoardWithAPod();
  const web = { namespace: "default", name: "web" };
  await cluster.create(podKind, {
    metadata: { name: "other", namespace: "default" },
    spec: { ...aPodSpec, nodeName: "board-1" },
  });
  await cluster.objects.delete(podKind, web);
  await cluster.rest();
  assert.deepEqual(cluster.names(podKind), ["other", "web"], "its agent has to confirm");
  const taints = [{ key: "node.kubernetes.io/out-of-service", value: "shutdown", effect: "NoExecute" }];
  const status = (ready: "True" | "Unknown") => ({
    status: { conditions: [{ type: "Ready", status: ready }] },
  });
  await cluster.objects.patch(nodeKind, { name: "board-1" }, status("True"), "status");
  await cluster.objects.patch(nodeKind, { name: "board-1" }, { spec: { taints } });
  await cluster.rest();
  assert.deepEqual(cluster.names(podKind), ["other", "web"], "the board is heard");
  await cluster.objects.patch(nodeKind, { name: "board-1" }, status("Unknown"), "status");
  await cluster.rest();
  assert.deepEqual(cluster.names(podKind), ["other"]);
});

test("a pod that was never bound and is held is marked as failed, too", () => {
  const pod = aPod("web", { meta: { deletionTimestamp: at(0), finalizers: ["a/b"] } });
  const plan = reconcile({ pod, nodeMissingForMs: undefined, isOutOfService: false, now: start });
  assert.deepEqual(
    plan.effects.map(({ type }) => type),
    ["writeStatus", "delete"],
  );
});
