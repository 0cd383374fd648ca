/** Replication controllers say the same of themselves as replica sets, in the fields that they have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { podKind, replicationControllerKind, resourceQuotaKind } from "../../kinds/index.ts";
import { aPodSpec } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
import { replicationControllerController } from "./controller.ts";

test("a quota in the way is said in its status, and used as soon as it goes; it has no count of ending pods", async () => {
  const cluster = await aCluster([replicationControllerController]);
  const quota = { namespace: "default", name: "small" };
  const hard = { pods: "1" };
  await cluster.create(resourceQuotaKind, { metadata: quota, spec: { hard } });
  await cluster.objects.patch(resourceQuotaKind, quota, { status: { hard, used: { pods: "0" } } }, "status");
  const { containers } = aPodSpec;
  const template = { metadata: { labels: { app: "rc" } }, spec: { containers } };
  await cluster.create(replicationControllerKind, {
    metadata: { namespace: "default", name: "rc" },
    spec: { replicas: 3, selector: { app: "rc" }, template },
  });
  const status = () => cluster.cache.get(replicationControllerKind, "default", "rc")?.status;
  assert.equal(status()?.conditions?.[0]?.type, "ReplicaFailure");
  assert.match(status()?.conditions?.[0]?.message ?? "", /exceeded quota: small/);
  assert.equal(Object.hasOwn(status() ?? {}, "terminatingReplicas"), false);
  await cluster.objects.delete(resourceQuotaKind, quota);
  await cluster.rest();
  assert.equal(cluster.names(podKind).length, 3);
  assert.equal(status()?.conditions, undefined);
});
