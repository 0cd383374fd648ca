/** Jobs at work on the whole API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jobKind, podKind } from "../../kinds/index.ts";
import { aPodSpec } from "../testing/builders.ts";
import { trackingFinalizer } from "./pods.ts";
import { aJobCluster, pi } from "./testing/world.ts";

test("a job makes its pod, counts its success, and is complete", async () => {
  const cluster = await aJobCluster();
  await cluster.make();
  const [pod] = cluster.pods();
  assert.ok(pod !== undefined);
  assert.match(pod.metadata.name, /^pi-[a-z0-9]{5}$/);
  assert.deepEqual(pod.metadata.finalizers, [trackingFinalizer]);
  assert.deepEqual(cluster.status(), {
    active: 1,
    ready: 0,
    terminating: 0,
    startTime: "2026-01-01T00:00:00Z",
    uncountedTerminatedPods: {},
  });
  await cluster.run();
  assert.equal(cluster.status().ready, 1);
  await cluster.advance(5_000);
  await cluster.exit(pod, 0);
  const { conditions = [], ...counts } = cluster.status();
  assert.deepEqual(counts, {
    ready: 0,
    terminating: 0,
    succeeded: 1,
    startTime: "2026-01-01T00:00:00Z",
    completionTime: "2026-01-01T00:00:05Z",
    uncountedTerminatedPods: {},
  });
  assert.deepEqual(
    conditions.map(({ type, status, reason, message }) => [type, status, reason, message]),
    ["SuccessCriteriaMet", "Complete"].map((type) => [
      type,
      "True",
      "CompletionsReached",
      "Reached expected number of succeeded pods",
    ]),
  );
  assert.equal(cluster.pods()[0]?.metadata.finalizers, undefined, "the pod is kept, and nothing holds it");
  assert.deepEqual(cluster.events("SuccessfulCreate"), [`Created pod: ${pod.metadata.name}`]);
  assert.deepEqual(cluster.events("Completed"), ["Job completed"]);
  const writes = cluster.writes();
  await cluster.advance(3_600_000);
  assert.equal(cluster.writes(), writes, "a job that is over is silent");
});

test("a job never runs more pods at once than parallelism, nor more than are still to succeed", async () => {
  const cluster = await aJobCluster({ completions: 5, parallelism: 2 });
  await cluster.make();
  for (let done = 0; done < 5; done += 1) {
    assert.equal(cluster.active().length, Math.min(2, 5 - done));
    await cluster.exit(cluster.active()[0], 0);
  }
  assert.equal(cluster.pods().length, 5);
  assert.equal(cluster.status().succeeded, 5);
  assert.deepEqual(cluster.conditions().at(-1), "Complete=True CompletionsReached");
});

test("a work queue ends when one worker has succeeded and the others have ended, however they ended", async () => {
  const cluster = await aJobCluster({ parallelism: 3 });
  await cluster.makeQueue();
  assert.equal(cluster.active().length, 3);
  await cluster.exit(cluster.active()[0], 0);
  assert.equal(cluster.active().length, 2, "the others go on, and none is made any more");
  await cluster.exit(cluster.active()[0], 1);
  await cluster.exit(cluster.active()[0], 0);
  const { succeeded, failed } = cluster.status();
  assert.deepEqual([succeeded, failed, cluster.pods().length], [2, 1, 3]);
  assert.deepEqual(cluster.conditions().at(-1), "Complete=True CompletionsReached");
});

test("failed pods are replaced after 10 s, 20 s, 40 s, and the limit ends the job", async () => {
  const cluster = await aJobCluster({ backoffLimit: 3 });
  await cluster.make();
  for (const pauseMs of [10_000, 20_000, 40_000]) {
    await cluster.exit(cluster.active()[0], 1);
    assert.equal(cluster.stateOf("job default/pi"), "backingOff");
    await cluster.advance(pauseMs - 1);
    assert.equal(cluster.active().length, 0);
    await cluster.advance(1);
    assert.equal(cluster.active().length, 1);
    assert.equal(cluster.stateOf("job default/pi"), "running");
  }
  await cluster.exit(cluster.active()[0], 1);
  assert.equal(cluster.status().failed, 4);
  assert.deepEqual(cluster.conditions(), [
    "FailureTarget=True BackoffLimitExceeded",
    "Failed=True BackoffLimitExceeded",
  ]);
  assert.deepEqual(cluster.events("BackoffLimitExceeded"), ["Job has reached the specified backoff limit"]);
  assert.equal(cluster.status().completionTime, undefined);
});

test("a success takes the pause back to its beginning", async () => {
  const cluster = await aJobCluster({ completions: 2, backoffLimit: 9 });
  await cluster.make();
  await cluster.exit(cluster.active()[0], 1);
  await cluster.advance(10_000);
  await cluster.exit(cluster.active()[0], 1);
  await cluster.advance(20_000);
  await cluster.exit(cluster.active()[0], 0);
  await cluster.advance(1_000);
  await cluster.exit(cluster.active()[0], 1);
  await cluster.advance(10_000);
  assert.equal(cluster.active().length, 1);
});

test("pods that restart their containers fail the job by the number of restarts", async () => {
  const spec = { ...aPodSpec, restartPolicy: "OnFailure" as const };
  const cluster = await aJobCluster({ backoffLimit: 2, template: { spec } });
  await cluster.make();
  const restarted = (restartCount: number) => ({
    phase: "Running" as const,
    containerStatuses: [
      { name: "main", image: "x", imageID: "", ready: true, restartCount, state: {}, lastState: {} },
    ],
  });
  const [pod] = cluster.active();
  assert.ok(pod !== undefined);
  await cluster.say(pod, restarted(1));
  assert.deepEqual(cluster.conditions(), []);
  await cluster.say(pod, restarted(2));
  assert.deepEqual(cluster.conditions(), [
    "FailureTarget=True BackoffLimitExceeded",
    "Failed=True BackoffLimitExceeded",
  ]);
  assert.equal(cluster.status().failed, 1);
});

test("a job that is active for too long is ended, and its pods with it", async () => {
  const cluster = await aJobCluster({ activeDeadlineSeconds: 30, parallelism: 2, completions: 2 });
  await cluster.make();
  await cluster.run();
  await cluster.advance(29_999);
  assert.equal(cluster.stateOf("job default/pi"), "running");
  await cluster.advance(1);
  assert.deepEqual(cluster.conditions(), [
    "FailureTarget=True DeadlineExceeded",
    "Failed=True DeadlineExceeded",
  ]);
  assert.equal(cluster.status().failed, 2);
  assert.deepEqual(cluster.events("DeadlineExceeded"), ["Job was active longer than specified deadline"]);
  assert.equal(cluster.events("SuccessfulDelete").length, 2);
});

test("a failing job waits for its pods to end before it has failed", async () => {
  const cluster = await aJobCluster({ activeDeadlineSeconds: 30 });
  await cluster.make();
  await cluster.placeAll();
  await cluster.advance(30_000);
  assert.deepEqual(cluster.conditions(), ["FailureTarget=True DeadlineExceeded"]);
  assert.equal(cluster.stateOf("job default/pi"), "failing");
  assert.equal(cluster.status().terminating, 1);
  const [pod] = cluster.pods();
  assert.ok(pod !== undefined);
  await cluster.confirm(pod);
  assert.deepEqual(cluster.conditions().at(-1), "Failed=True DeadlineExceeded");
  assert.deepEqual([cluster.status().failed, cluster.status().terminating], [1, 0]);
});

test("a suspended job has no pods, says so, and begins its time anew when it is resumed", async () => {
  const cluster = await aJobCluster({ suspend: true, activeDeadlineSeconds: 60, completions: 2 });
  await cluster.make();
  assert.deepEqual(cluster.pods(), []);
  assert.deepEqual(cluster.conditions(), ["Suspended=True JobSuspended"]);
  assert.equal(cluster.status().startTime, undefined);
  assert.equal(cluster.stateOf("job default/pi"), "suspended");
  await cluster.advance(600_000);
  await cluster.change({ spec: { suspend: false } });
  assert.deepEqual(cluster.conditions(), ["Suspended=False JobResumed"]);
  assert.equal(cluster.status().startTime, cluster.at());
  await cluster.exit(cluster.active()[0], 0);
  await cluster.advance(50_000);
  await cluster.change({ spec: { suspend: true } });
  assert.deepEqual(cluster.active(), []);
  assert.deepEqual(
    [cluster.status().succeeded, cluster.status().failed],
    [1, undefined],
    "the deleted pod is not counted",
  );
  await cluster.advance(50_000);
  await cluster.change({ spec: { suspend: false } });
  await cluster.advance(59_000);
  assert.equal(cluster.active().length, 1);
  assert.deepEqual([...new Set(cluster.events("Suspended"))], ["Job suspended"]);
  assert.deepEqual([...new Set(cluster.events("Resumed"))], ["Job resumed"]);
});

test("fewer at once: the surplus is ended and not counted", async () => {
  const cluster = await aJobCluster({ completions: 4, parallelism: 4 });
  await cluster.make();
  await cluster.change({ spec: { parallelism: 1 } });
  assert.equal(cluster.active().length, 1);
  assert.equal(cluster.status().failed, undefined);
  await cluster.change({ spec: { parallelism: 0 } });
  assert.deepEqual(cluster.active(), []);
  await cluster.change({ spec: { parallelism: 2 } });
  assert.equal(cluster.active().length, 2);
});

test("a pod that somebody deletes counts as failed, and is replaced", async () => {
  const cluster = await aJobCluster();
  await cluster.make();
  await cluster.placeAll();
  const [pod] = cluster.pods();
  await cluster.objects.delete(podKind, { namespace: "default", name: pod?.metadata.name ?? "" });
  await cluster.rest();
  assert.deepEqual(
    [cluster.status().failed, cluster.status().terminating, cluster.active().length],
    [1, 1, 1],
  );
});

test("with podReplacementPolicy Failed, a pod that ends is neither counted nor replaced before it has ended", async () => {
  const cluster = await aJobCluster({ podReplacementPolicy: "Failed" });
  await cluster.make();
  await cluster.placeAll();
  const [pod] = cluster.pods();
  assert.ok(pod !== undefined);
  await cluster.objects.delete(podKind, { namespace: "default", name: pod.metadata.name });
  await cluster.rest();
  assert.deepEqual(
    [cluster.status().failed, cluster.status().terminating, cluster.active().length],
    [undefined, 1, 0],
  );
  await cluster.exit(pod, 143);
  assert.equal(cluster.status().failed, 1);
  await cluster.confirm(pod);
  await cluster.advance(10_000);
  assert.equal(cluster.active().length, 1);
});

test("a job of somebody else is left alone", async () => {
  const cluster = await aJobCluster({ managedBy: "example.com/queue" });
  await cluster.make();
  assert.deepEqual(cluster.pods(), []);
  assert.deepEqual(cluster.status(), {});
  assert.equal(cluster.stateOf("job default/pi"), "managedElsewhere");
});

test("with a selector by hand, pods that it means are adopted and tracked", async () => {
  const cluster = await aJobCluster({ manualSelector: true });
  await cluster.create(podKind, {
    metadata: { namespace: "default", name: "found", labels: { job: "pi" } },
    spec: { ...aPodSpec, restartPolicy: "Never" },
  });
  await cluster.make();
  const [pod, ...others] = cluster.pods();
  assert.deepEqual(others, []);
  assert.deepEqual(pod?.metadata.finalizers, [trackingFinalizer]);
  assert.equal(pod.metadata.ownerReferences?.[0]?.name, "pi");
  await cluster.exit(pod, 0);
  assert.deepEqual(cluster.conditions().at(-1), "Complete=True CompletionsReached");
});

test("a pod that its job lets go of is not held, and another one takes its place", async () => {
  const cluster = await aJobCluster({ manualSelector: true });
  await cluster.make();
  const name = cluster.pods()[0]?.metadata.name ?? "";
  await cluster.objects.patch(
    podKind,
    { namespace: "default", name },
    { metadata: { labels: { job: "other" } } },
  );
  await cluster.rest();
  const freed = cluster.cache.get(podKind, "default", name);
  assert.deepEqual([freed?.metadata.ownerReferences, freed?.metadata.finalizers], [undefined, undefined]);
  assert.equal(cluster.pods().length, 2);
});

for (const propagationPolicy of ["Background", "Foreground"] as const) {
  test(`a job that is deleted (${propagationPolicy}) leaves no pods behind that nobody can end`, async () => {
    const cluster = await aJobCluster({ parallelism: 2, completions: 4 });
    await cluster.make();
    await cluster.exit(cluster.active()[0], 0);
    await cluster.objects.delete(jobKind, pi, { propagationPolicy });
    await cluster.rest();
    assert.deepEqual(cluster.pods(), []);
    assert.equal(cluster.stateOf("job default/pi"), undefined);
  });
}

test("pods that outlive their job on purpose are not held any more", async () => {
  const cluster = await aJobCluster();
  await cluster.make();
  await cluster.objects.delete(jobKind, pi, { propagationPolicy: "Orphan" });
  await cluster.rest();
  const [pod] = cluster.pods();
  assert.deepEqual([pod?.metadata.finalizers, pod?.metadata.deletionTimestamp], [undefined, undefined]);
});
