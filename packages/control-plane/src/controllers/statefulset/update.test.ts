/** Stateful sets on their way to another template, and back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControllerRevision } from "@kubus/shared/api/workload.ts";
import { controllerRevisionKind, statefulSetKind } from "../../kinds/index.ts";
import { aSet, setSpec, web } from "./testing/builders.ts";

async function aRunningSet(spec: Parameters<typeof aSet>[0] = {}) {
  const cluster = await aSet(spec);
  await cluster.runAll();
  const revisions = () =>
    cluster.cache
      .list<ControllerRevision>(controllerRevisionKind)
      .toSorted((a, b) => a.revision - b.revision)
      .map(({ revision, data }) => `${revision}:${/host\/(\w+)/.exec(JSON.stringify(data))?.[1] ?? ""}`);
  return { ...cluster, revisions };
}

const rolling = (rollingUpdate: object) => ({ type: "RollingUpdate", rollingUpdate }) as const;

test("updates from the top, each pod when the one before is ready, and then calls the newest current", async () => {
  const cluster = await aRunningSet();
  await cluster.setImage("host/true");
  assert.deepEqual(cluster.events("SuccessfulDelete"), ["delete Pod web-2 in StatefulSet web successful"]);
  assert.equal(cluster.set().status?.currentReplicas, 2);
  await cluster.gone("web-2");
  assert.deepEqual(cluster.images(), ["web-0:sleep", "web-1:sleep", "web-2:true"]);
  assert.equal(cluster.set().status?.updatedReplicas, 1);
  assert.equal(cluster.state(), "awaitingReady");
  const { updateRevision = "" } = cluster.set().status ?? {};
  assert.equal(cluster.why(), `web-2 waits for a board (1 of 3 run ${updateRevision})`);
  await cluster.runAll();
  assert.deepEqual(cluster.images(), ["web-0:true", "web-1:true", "web-2:true"]);
  const { currentRevision, currentReplicas } = cluster.set().status ?? {};
  assert.equal(currentRevision, updateRevision);
  assert.equal(currentReplicas, 3);
  assert.equal(cluster.state(), "steady");
});

test("the partition keeps the lower pods, also when one of them is made anew", async () => {
  const cluster = await aRunningSet({ updateStrategy: rolling({ partition: 2 }) });
  await cluster.setImage("host/true");
  await cluster.runAll();
  assert.deepEqual(cluster.images(), ["web-0:sleep", "web-1:sleep", "web-2:true"]);
  assert.equal(cluster.state(), "held");
  assert.equal(cluster.why(), "the partition keeps web-0, web-1 as they are");
  await cluster.gone("web-1");
  await cluster.runAll();
  assert.deepEqual(cluster.images(), ["web-0:sleep", "web-1:sleep", "web-2:true"]);
  const { status } = cluster.set();
  assert.equal(status?.currentReplicas, 2);
  assert.notEqual(status.currentRevision, status.updateRevision);
  await cluster.change({ spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
  await cluster.runAll();
  assert.deepEqual(cluster.images(), ["web-0:true", "web-1:true", "web-2:true"]);
});

test("the partition counts from the first ordinal", async () => {
  const cluster = await aRunningSet({ ordinals: { start: 7 }, updateStrategy: rolling({ partition: 1 }) });
  await cluster.setImage("host/true");
  await cluster.runAll();
  assert.deepEqual(cluster.images(), ["web-7:sleep", "web-8:true", "web-9:true"]);
});

test("ends as many at once as may be unavailable", async () => {
  const cluster = await aRunningSet({ replicas: 4, updateStrategy: rolling({ maxUnavailable: "50%" }) });
  await cluster.setImage("host/true");
  assert.deepEqual(cluster.events("SuccessfulDelete"), [
    "delete Pod web-3 in StatefulSet web successful",
    "delete Pod web-2 in StatefulSet web successful",
  ]);
  await cluster.runAll();
  assert.equal(cluster.state(), "steady");
});

test("a small share of few pods is one", async () => {
  const cluster = await aRunningSet({ updateStrategy: rolling({ maxUnavailable: "10%" }) });
  await cluster.setImage("host/true");
  assert.equal(cluster.events("SuccessfulDelete").length, 1);
});

test("in parallel, too, an update waits for each pod", async () => {
  const cluster = await aRunningSet({ podManagementPolicy: "Parallel" });
  await cluster.setImage("host/true");
  await cluster.gone("web-2");
  assert.equal(cluster.events("SuccessfulDelete").length, 1);
  assert.equal(cluster.state(), "awaitingReady");
  await cluster.runAll();
  assert.equal(cluster.events("SuccessfulDelete").length, 3);
});

test("in parallel a pod that never comes up is replaced as soon as the template is mended", async () => {
  const cluster = await aSet({ podManagementPolicy: "Parallel" });
  await cluster.setImage("host/true");
  assert.deepEqual(cluster.images(), ["web-0:sleep", "web-1:sleep", "web-2:true"]);
});

test("on delete, pods change only when somebody deletes them", async () => {
  const cluster = await aRunningSet({ updateStrategy: { type: "OnDelete" } });
  await cluster.setImage("host/true");
  assert.equal(cluster.state(), "held");
  assert.match(cluster.why(), /^web-0, web-1, web-2: run another template/);
  await cluster.gone("web-1");
  assert.deepEqual(cluster.images(), ["web-0:sleep", "web-1:true", "web-2:sleep"]);
});

test("a template that comes back gets the newest number and no second revision", async () => {
  const cluster = await aRunningSet();
  await cluster.setImage("host/true");
  await cluster.runAll();
  assert.deepEqual(cluster.revisions(), ["1:sleep", "2:true"]);
  await cluster.setImage("host/sleep");
  await cluster.runAll();
  assert.deepEqual(cluster.revisions(), ["2:true", "3:sleep"]);
  assert.deepEqual(cluster.images(), ["web-0:sleep", "web-1:sleep", "web-2:sleep"]);
});

test("forgets the oldest revisions beyond the limit, but none that a pod runs", async () => {
  const cluster = await aRunningSet({ revisionHistoryLimit: 1, updateStrategy: rolling({ partition: 1 }) });
  for (const image of ["host/a", "host/b", "host/c"]) {
    await cluster.setImage(image);
    await cluster.runAll();
  }
  assert.deepEqual(cluster.revisions(), ["1:sleep", "3:b", "4:c"]);
});

test("a change that is no change of the template makes no revision and ends no pod", async () => {
  const cluster = await aRunningSet();
  await cluster.change({ metadata: { annotations: { note: "x" } }, spec: { minReadySeconds: 5 } });
  assert.deepEqual(cluster.revisions(), ["1:sleep"]);
  assert.deepEqual(cluster.events("SuccessfulDelete"), []);
});

test("when a revision's name is taken, a collision is counted and another name is found", async () => {
  const cluster = await aSet({ replicas: 0 });
  const taken = cluster.set().status?.updateRevision ?? "";
  const target = { namespace: "default", name: taken };
  // Its data is another's now, as it would be after a collision of hashes.
  await cluster.objects.delete(statefulSetKind, web, { propagationPolicy: "Orphan" });
  await cluster.rest();
  await cluster.objects.delete(controllerRevisionKind, target);
  await cluster.create(controllerRevisionKind, { metadata: target, data: { other: true }, revision: 9 });
  await cluster.create(statefulSetKind, { metadata: web, spec: setSpec() });
  const { status } = cluster.set();
  assert.equal(status?.collisionCount, 1);
  assert.notEqual(status.updateRevision, taken);
  assert.deepEqual(cluster.living(), ["web-0"]);
});

test("without a partition, a pod that is lost in the middle of an update comes back as it was", async () => {
  const cluster = await aRunningSet({ updateStrategy: { type: "RollingUpdate" } });
  assert.equal(cluster.set().spec.updateStrategy?.rollingUpdate, undefined);
  await cluster.setImage("host/true");
  await cluster.say("web-0", { phase: "Failed" });
  assert.deepEqual(cluster.images(), ["web-0:sleep", "web-1:sleep", "web-2:sleep"]);
  assert.notEqual(cluster.pod("web-2").metadata.deletionTimestamp, undefined);
  await cluster.runAll();
  assert.deepEqual(cluster.images(), ["web-0:true", "web-1:true", "web-2:true"]);
});
