/** Indexed jobs, their limits for each index, and the policies of failure and success, on the whole API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobSpec, PodFailurePolicyRule } from "@kubus/shared/api/batch.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { podKind } from "../../kinds/index.ts";
import { jobAnnotation } from "./pods.ts";
import { aJobCluster, exited, type JobCluster } from "./testing/world.ts";

const indexed = (spec: Partial<JobSpec>): Partial<JobSpec> => ({ completionMode: "Indexed", ...spec });

const indexesOf = (pods: readonly Pod[]) =>
  pods.map(({ metadata }) => Number(metadata.annotations?.[jobAnnotation.index])).sort((a, b) => a - b);

const onIndex = (cluster: JobCluster, index: number) =>
  cluster.active().find(({ metadata }) => metadata.annotations?.[jobAnnotation.index] === String(index));

const verdict = (cluster: JobCluster) => {
  const last = cluster.job().status?.conditions?.at(-1);
  return `${last?.type ?? ""} ${last?.reason ?? ""}: ${last?.message ?? ""}`;
};

test("each index gets a pod that knows its number", async () => {
  const cluster = await aJobCluster(indexed({ completions: 3, parallelism: 3 }));
  await cluster.make();
  assert.deepEqual(indexesOf(cluster.active()), [0, 1, 2]);
  const pod = onIndex(cluster, 2);
  assert.match(pod?.metadata.name ?? "", /^pi-2-[a-z0-9]{5}$/);
  assert.equal(pod?.spec.hostname, "pi-2");
  assert.equal(pod.metadata.labels?.[jobAnnotation.index], "2");
  assert.deepEqual(
    pod.spec.containers[0]?.env?.map(({ name, valueFrom }) => [name, valueFrom?.fieldRef?.fieldPath]),
    [["JOB_COMPLETION_INDEX", `metadata.annotations['${jobAnnotation.index}']`]],
  );
});

test("the lowest indexes go first, and the status says which are done", async () => {
  const cluster = await aJobCluster(indexed({ completions: 6, parallelism: 2 }));
  await cluster.make();
  for (const index of [1, 2, 3, 0]) await cluster.exit(onIndex(cluster, index), 0);
  assert.deepEqual(indexesOf(cluster.active()), [4, 5]);
  const { completedIndexes, succeeded, uncountedTerminatedPods } = cluster.status();
  assert.deepEqual([completedIndexes, succeeded, uncountedTerminatedPods], ["0-3", 4, {}]);
  await cluster.exit(onIndex(cluster, 5), 1);
  await cluster.advance(10_000);
  assert.deepEqual(indexesOf(cluster.active()), [4, 5]);
  for (const index of [5, 4]) await cluster.exit(onIndex(cluster, index), 0);
  assert.equal(cluster.status().completedIndexes, "0-5");
  assert.equal(verdict(cluster), "Complete CompletionsReached: Reached expected number of succeeded pods");
});

test("of two pods with one index one goes, and a pod without an index, too", async () => {
  const cluster = await aJobCluster(indexed({ completions: 2, parallelism: 2 }));
  await cluster.make();
  const [first] = cluster.active();
  assert.ok(first !== undefined);
  const { namespace = "", labels = {}, annotations = {}, ownerReferences = [] } = first.metadata;
  const metadata = { namespace, labels, annotations, ownerReferences };
  await cluster.create(podKind, { metadata: { ...metadata, name: "double" }, spec: first.spec });
  await cluster.create(podKind, {
    metadata: { ...metadata, name: "none", annotations: {} },
    spec: first.spec,
  });
  assert.deepEqual(indexesOf(cluster.active()), [0, 1]);
});

test("an indexed job grows and shrinks, and forgets indexes that it has no more", async () => {
  const cluster = await aJobCluster(indexed({ completions: 3, parallelism: 3 }));
  await cluster.make();
  for (const index of [0, 2]) await cluster.exit(onIndex(cluster, index), 0);
  assert.equal(cluster.status().completedIndexes, "0,2");
  await cluster.change({ spec: { completions: 2, parallelism: 2 } });
  assert.deepEqual([cluster.status().completedIndexes, cluster.status().succeeded], ["0", 1]);
  await cluster.change({ spec: { completions: 4, parallelism: 4 } });
  assert.deepEqual(indexesOf(cluster.active()), [1, 2, 3]);
});

test("with a limit for each index, each has its own pause and its own end", async () => {
  const cluster = await aJobCluster(indexed({ completions: 3, parallelism: 3, backoffLimitPerIndex: 1 }));
  await cluster.make();
  await cluster.exit(onIndex(cluster, 0), 1);
  await cluster.advance(5_000);
  await cluster.exit(onIndex(cluster, 1), 1);
  await cluster.advance(4_999);
  assert.deepEqual(indexesOf(cluster.active()), [2]);
  await cluster.advance(1);
  assert.deepEqual(indexesOf(cluster.active()), [0, 2]);
  assert.equal(onIndex(cluster, 0)?.metadata.annotations?.[jobAnnotation.failures], "1");
  await cluster.advance(5_000);
  assert.deepEqual(indexesOf(cluster.active()), [0, 1, 2]);
  await cluster.exit(onIndex(cluster, 0), 1);
  assert.equal(cluster.status().failedIndexes, "0");
  await cluster.exit(onIndex(cluster, 1), 0);
  await cluster.exit(onIndex(cluster, 2), 0);
  const { failed, succeeded, completedIndexes, failedIndexes } = cluster.status();
  assert.deepEqual([failed, succeeded, completedIndexes, failedIndexes], [3, 2, "1,2", "0"]);
  assert.equal(verdict(cluster), "Failed FailedIndexes: Job has failed indexes");
});

test("too many failed indexes end the job at once", async () => {
  const cluster = await aJobCluster(
    indexed({ completions: 4, parallelism: 4, backoffLimitPerIndex: 0, maxFailedIndexes: 1 }),
  );
  await cluster.make();
  await cluster.exit(onIndex(cluster, 1), 1);
  assert.equal(cluster.active().length, 3);
  await cluster.exit(onIndex(cluster, 2), 1);
  assert.equal(
    verdict(cluster),
    "Failed MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes",
  );
  assert.deepEqual(cluster.active(), []);
  assert.deepEqual([cluster.status().failedIndexes, cluster.status().failed], ["1,2", 4]);
});

const withRules = async (rules: readonly PodFailurePolicyRule[], spec: Partial<JobSpec> = {}) => {
  const cluster = await aJobCluster({ podFailurePolicy: { rules }, ...spec });
  await cluster.make();
  return cluster;
};

test("FailJob ends the job, and says which pod and which rule", async () => {
  const onExitCodes = { operator: "In" as const, values: [3, 42] };
  const cluster = await withRules([{ action: "FailJob", onExitCodes }]);
  const [pod] = cluster.active();
  await cluster.exit(pod, 42);
  const name = pod?.metadata.name ?? "";
  assert.equal(
    verdict(cluster),
    `Failed PodFailurePolicy: Container main for pod default/${name} failed with exit code 42 matching FailJob rule at index 0`,
  );
  assert.equal(cluster.status().failed, 1);
});

test("an ignored failure is not counted, and the pod is made again", async () => {
  const onPodConditions = [{ type: "DisruptionTarget", status: "True" }];
  const cluster = await withRules([{ action: "Ignore", onPodConditions }], { backoffLimit: 0 });
  const [pod] = cluster.active();
  assert.ok(pod !== undefined);
  await cluster.say(pod, { ...exited(137), conditions: [{ type: "DisruptionTarget", status: "True" }] });
  await cluster.advance(10_000);
  assert.deepEqual(
    [cluster.status().failed, cluster.active().length, cluster.conditions()],
    [undefined, 1, []],
  );
  assert.equal(cluster.pods()[0]?.metadata.finalizers, undefined, "it is not held, either");
});

test("FailIndex ends an index before its limit", async () => {
  const onExitCodes = { operator: "NotIn" as const, values: [1] };
  const cluster = await withRules([{ action: "FailIndex", onExitCodes }], {
    ...indexed({ completions: 2, parallelism: 2, backoffLimitPerIndex: 5 }),
  });
  await cluster.exit(onIndex(cluster, 1), 7);
  assert.equal(cluster.status().failedIndexes, "1");
  await cluster.exit(onIndex(cluster, 0), 1);
  assert.equal(cluster.status().failedIndexes, "1");
  await cluster.advance(10_000);
  assert.deepEqual(indexesOf(cluster.active()), [0]);
});

test("by its success policy a job ends early, and what it needs no more counts for nothing", async () => {
  const successPolicy = { rules: [{ succeededIndexes: "0,2-3", succeededCount: 2 }] };
  const cluster = await aJobCluster(indexed({ completions: 5, parallelism: 5, successPolicy }));
  await cluster.make();
  await cluster.exit(onIndex(cluster, 1), 0);
  await cluster.exit(onIndex(cluster, 0), 0);
  assert.deepEqual(cluster.conditions(), []);
  await cluster.exit(onIndex(cluster, 3), 0);
  assert.equal(verdict(cluster), "Complete SuccessPolicy: Matched rules at index 0");
  assert.deepEqual(cluster.conditions()[0], "SuccessCriteriaMet=True SuccessPolicy");
  assert.deepEqual(cluster.active(), []);
  assert.deepEqual([cluster.status().succeeded, cluster.status().failed], [3, undefined]);
});
