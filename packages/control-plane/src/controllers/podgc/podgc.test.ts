/** Pods that nobody else will ever end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeKind, podKind } from "../../kinds/index.ts";
import { aPod, aPodSpec, at } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
import { podGcController } from "./controller.ts";
import { surplusFinished } from "./reconcile.ts";

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
