import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { amountsOf } from "../../api/admission/amounts.ts";
import { configMapKind, podKind, resourceQuotaKind } from "../../kinds/index.ts";
import { aCluster, type Cluster } from "../testing/cluster.ts";
import { resourceQuotaController } from "./controller.ts";
import { usedOf } from "./reconcile.ts";

const quotaCluster = () => aCluster(({ quotaCharges }) => [resourceQuotaController(quotaCharges)]);
const namespace = "default";
const aQuota = (hard: Readonly<Record<string, string>>) => ({
  metadata: { name: "q", namespace },
  spec: { hard },
});
const aPodNamed = (name: string) => ({
  metadata: { name, namespace },
  spec: { containers: [{ name: "main", image: "host/sleep" }] },
});
const statusOf = ({ cache }: Cluster) => cache.get<ResourceQuota>(resourceQuotaKind, namespace, "q")?.status;
const isTooMuch = (error: unknown) => isRefusal(error, "forbidden") && /exceeded quota/.test(error.message);

test("counts what is there when a quota comes, and what its limits become", async () => {
  const cluster = await quotaCluster();
  await cluster.create(podKind, aPodNamed("a"));
  await cluster.create(resourceQuotaKind, aQuota({ pods: "3", "count/pods": "9" }));
  assert.deepEqual(statusOf(cluster), {
    hard: { pods: "3", "count/pods": "9" },
    used: { pods: "1", "count/pods": "1" },
  });
  await cluster.objects.patch(
    resourceQuotaKind,
    { namespace, name: "q" },
    { spec: { hard: { "count/pods": null } } },
  );
  await cluster.rest();
  assert.deepEqual(statusOf(cluster), { hard: { pods: "3" }, used: { pods: "1" } });
});

test("gives back at once what was deleted or is over", async () => {
  const cluster = await quotaCluster();
  await cluster.create(resourceQuotaKind, aQuota({ pods: "1", configmaps: "1" }));
  await cluster.create(configMapKind, { metadata: { name: "c", namespace } });
  await cluster.objects.delete(configMapKind, { namespace, name: "c" });
  await cluster.create(podKind, aPodNamed("a"));
  assert.deepEqual(statusOf(cluster)?.used, { pods: "1", configmaps: "0" });
  await assert.rejects(cluster.create(podKind, aPodNamed("b")), isTooMuch);
  await cluster.objects.patch(
    podKind,
    { namespace, name: "a" },
    { status: { phase: "Succeeded" } },
    "status",
  );
  await cluster.rest();
  assert.deepEqual(statusOf(cluster)?.used?.["pods"], "0");
  await cluster.create(podKind, aPodNamed("b"));
  assert.equal(statusOf(cluster)?.used?.["pods"], "1");
});

test("gives back what was charged for an object that was not stored", async () => {
  const cluster = await quotaCluster();
  await cluster.create(resourceQuotaKind, aQuota({ pods: "5" }));
  await cluster.create(podKind, aPodNamed("a"));
  await assert.rejects(cluster.create(podKind, aPodNamed("a")), (error: unknown) =>
    isRefusal(error, "alreadyExists"),
  );
  await cluster.advance(1_000);
  assert.equal(statusOf(cluster)?.used?.["pods"], "1");
});

test("INVARIANT: creations and deletions in any order never leave more than the quota, and end with what is there", async () => {
  const cluster = await quotaCluster();
  await cluster.create(resourceQuotaKind, aQuota({ configmaps: "3" }));
  let most = 0;
  cluster.cache.onEvent(() => (most = Math.max(most, cluster.cache.list(configMapKind, namespace).length)));
  const churn = async (worker: number) => {
    for (let i = 0; i < 20; i += 1) {
      const name = `c-${worker}-${i}`;
      const isMade = await cluster.objects.create(configMapKind, { metadata: { name, namespace } }).then(
        () => true,
        (error: unknown) => (isTooMuch(error) ? false : Promise.reject(error as Error)),
      );
      if (isMade && (worker + i) % 3 !== 0) await cluster.objects.delete(configMapKind, { namespace, name });
    }
  };
  await Promise.all([0, 1, 2, 3, 4].map(churn));
  await cluster.advance(1_000);
  assert.ok(most <= 3, `${most} at once`);
  assert.equal(
    statusOf(cluster)?.used?.["configmaps"],
    String(cluster.cache.list(configMapKind, namespace).length),
  );
});

test("what another server charged is not given back while its object may still come", async () => {
  const cluster = await quotaCluster();
  await cluster.create(resourceQuotaKind, aQuota({ pods: "5" }));
  const quota = cluster.cache.get<ResourceQuota>(resourceQuotaKind, namespace, "q") ?? assert.fail();
  // A stranger's charge: nobody on this server knows of it.
  await cluster.objects.updateStatus(resourceQuotaKind, {
    ...quota,
    status: { ...quota.status, used: { pods: "1" } },
  });
  await cluster.rest();
  await cluster.advance(5_000);
  assert.equal(statusOf(cluster)?.used?.["pods"], "1");
  await cluster.advance(10_000);
  assert.equal(statusOf(cluster)?.used?.["pods"], "0");
});

test("says no less than what is counted, and no more than what may be under way", () => {
  const quota = (pods: string) =>
    ({ spec: { hard: { pods: "9" } }, status: { used: { pods } } }) as object as ResourceQuota;
  const said = (charged: string, counted: string, underWay: string) =>
    usedOf(quota(charged), {
      counted: amountsOf({ pods: counted }),
      underWay: amountsOf({ pods: underWay }),
    }).used["pods"];
  assert.equal(said("3", "5", "0"), "5");
  assert.equal(said("5", "3", "0"), "3");
  assert.equal(said("5", "3", "1"), "4");
  assert.equal(said("5", "3", "9"), "5");
});
