/** Disruptions that were announced and did not happen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { podKind } from "../../kinds/index.ts";
import { aPodSpec, at } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
import { staleDisruptionController } from "./stale.ts";

const target = { namespace: "default", name: "web" };

async function aPodToBeDisrupted(reason: string, phase = "Running") {
  const cluster = await aCluster([staleDisruptionController]);
  await cluster.create(podKind, { metadata: target, spec: { ...aPodSpec, nodeName: "board-1" } });
  const said = { type: "DisruptionTarget", status: "True", reason, lastTransitionTime: at(0) };
  await cluster.objects.patch(podKind, target, { status: { phase, conditions: [said] } }, "status");
  await cluster.rest();
  const condition = () => {
    const pod = cluster.cache.get<Pod>(podKind, "default", "web");
    return pod?.status?.conditions?.find(({ type }) => type === "DisruptionTarget");
  };
  return { ...cluster, condition };
}

test("a pod that is still there after two minutes is no target any more", async () => {
  const cluster = await aPodToBeDisrupted("EvictionByEvictionAPI");
  await cluster.advance(119_000);
  assert.equal(cluster.condition()?.status, "True");
  await cluster.advance(1_000);
  assert.deepEqual(cluster.condition(), {
    type: "DisruptionTarget",
    status: "False",
    lastTransitionTime: at(120),
  });
});

test("one that ends, has ended, or is ended by its agent stays one", async () => {
  const ending = await aPodToBeDisrupted("EvictionByEvictionAPI");
  await ending.objects.delete(podKind, target);
  const others = [
    ending,
    await aPodToBeDisrupted("TerminationByKubelet"),
    await aPodToBeDisrupted("EvictionByEvictionAPI", "Failed"),
  ];
  for (const cluster of others) {
    await cluster.advance(600_000);
    assert.equal(cluster.condition()?.status, "True");
  }
});
