/** Daemon sets on their way to another template. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControllerRevision, DaemonSet } from "@kubus/shared/api/workload.ts";
import { controllerRevisionKind } from "../../kinds/index.ts";
import { limitsOf } from "./rolling.ts";
import { agent, aDaemonSet, daemonSpec } from "./testing/builders.ts";

async function aRunningSet(spec: Parameters<typeof aDaemonSet>[0] = {}, boards = 3) {
  const cluster = await aDaemonSet(spec, boards);
  await cluster.runAll();
  return cluster;
}

const rolling = (rollingUpdate: object) => ({ type: "RollingUpdate", rollingUpdate }) as const;

test("takes one board after the other, each when the pod before serves", async () => {
  const cluster = await aRunningSet();
  await cluster.setImage("host/true");
  assert.equal(cluster.events("SuccessfulDelete").length, 1);
  assert.equal(cluster.state(), "updating");
  assert.match(
    cluster.why(),
    /^0 of 3 boards have the newest template; waits for agent-\w+ to end on board-1$/,
  );
  await cluster.gone(cluster.podsOn("board-1")[0] ?? assert.fail());
  assert.equal(cluster.images().join(" "), "board-1:true board-2:sleep board-3:sleep");
  assert.equal(cluster.daemonSet().status?.updatedNumberScheduled, 1);
  assert.equal(cluster.events("SuccessfulDelete").length, 1, "it waits for the new pod");
  await cluster.runAll();
  assert.equal(cluster.images().join(" "), "board-1:true board-2:true board-3:true");
  assert.equal(cluster.daemonSet().status?.numberAvailable, 3);
  assert.equal(cluster.state(), "steady");
});

test("as many boards at once as may be unavailable", async () => {
  const cluster = await aRunningSet({ updateStrategy: rolling({ maxUnavailable: "50%" }) });
  await cluster.setImage("host/true");
  assert.equal(cluster.events("SuccessfulDelete").length, 2);
  await cluster.runAll();
  assert.equal(cluster.state(), "steady");
});

test("an old pod that serves nobody goes at once", async () => {
  const cluster = await aRunningSet();
  const unready = { type: "Ready", status: "False" as const };
  await cluster.say(cluster.podOn("board-3"), { phase: "Running", conditions: [unready] });
  await cluster.setImage("host/true");
  assert.deepEqual(cluster.images(), ["board-2:sleep"]);
});

test("with surge a new pod comes first, and the old one goes when it serves", async () => {
  const cluster = await aRunningSet({ updateStrategy: rolling({ maxSurge: 1, maxUnavailable: 0 }) });
  await cluster.setImage("host/true");
  assert.deepEqual(cluster.images(), ["board-1:sleep", "board-1:true", "board-2:sleep", "board-3:sleep"]);
  assert.equal(cluster.state(), "updating");
  const fresh = cluster.podsOn("board-1").find(({ status }) => status?.phase === "Pending");
  await cluster.run([fresh ?? assert.fail()]);
  assert.equal(cluster.events("SuccessfulDelete").length, 1);
  assert.equal(cluster.images()[0], "board-1:true");
  await cluster.runAll();
  assert.deepEqual(cluster.images(), ["board-1:true", "board-2:true", "board-3:true"]);
});

test("with surge an old pod that stops serving makes way for the new one at once", async () => {
  const cluster = await aRunningSet({ updateStrategy: rolling({ maxSurge: 1, maxUnavailable: 0 }) }, 1);
  await cluster.setImage("host/true");
  const old = cluster.podsOn("board-1").find(({ status }) => status?.phase === "Running") ?? assert.fail();
  await cluster.say(old, { phase: "Running", conditions: [{ type: "Ready", status: "False" }] });
  assert.deepEqual(cluster.images(), ["board-1:true"]);
});

test("on delete, pods change only when somebody deletes them", async () => {
  const cluster = await aRunningSet({ updateStrategy: { type: "OnDelete" } }, 2);
  await cluster.setImage("host/true");
  assert.equal(cluster.state(), "held");
  assert.equal(cluster.why(), "the pods on board-1, board-2 keep their template until somebody deletes them");
  await cluster.gone(cluster.podOn("board-1"));
  assert.deepEqual(cluster.images(), ["board-1:true", "board-2:sleep"]);
});

test("keeps a revision for each template, numbers the one that comes back anew, and forgets the oldest", async () => {
  const cluster = await aRunningSet({ revisionHistoryLimit: 1 }, 1);
  const revisions = () =>
    cluster.cache
      .list<ControllerRevision>(controllerRevisionKind)
      .toSorted((a, b) => a.revision - b.revision)
      .map(({ revision, data }) => `${revision}:${/host\/(\w+)/.exec(JSON.stringify(data))?.[1] ?? ""}`);
  await cluster.setImage("host/true");
  await cluster.runAll();
  assert.deepEqual(revisions(), ["1:sleep", "2:true"]);
  await cluster.setImage("host/sleep");
  await cluster.runAll();
  assert.deepEqual(revisions(), ["2:true", "3:sleep"]);
  await cluster.setImage("host/cat");
  await cluster.runAll();
  assert.deepEqual(revisions(), ["3:sleep", "4:cat"]);
});

test("pods and revisions carry the hash in the revision's name", async () => {
  const cluster = await aRunningSet({}, 1);
  const [revision] = cluster.cache.list<ControllerRevision>(controllerRevisionKind);
  const hash = cluster.podOn("board-1").metadata.labels?.["controller-revision-hash"] ?? "";
  assert.equal(revision?.metadata.name, `agent-${hash}`);
  assert.equal(revision.metadata.labels?.["controller-revision-hash"], hash);
  assert.equal(revision.metadata.labels["app"], "agent");
});

test("shares are rounded up, and never both nothing", () => {
  const limits = (rollingUpdate: object, desired: number) =>
    limitsOf(
      {
        metadata: agent,
        spec: daemonSpec({ updateStrategy: rolling(rollingUpdate) }),
      } as unknown as DaemonSet,
      desired,
    );
  assert.deepEqual(limits({ maxUnavailable: "10%" }, 11), { maxSurge: 0, maxUnavailable: 2 });
  assert.deepEqual(limits({ maxSurge: "34%", maxUnavailable: 0 }, 3), { maxSurge: 2, maxUnavailable: 0 });
  assert.deepEqual(limits({ maxSurge: 0, maxUnavailable: 0 }, 3), { maxSurge: 0, maxUnavailable: 1 });
});

test("with surge, a pod that serves nobody on a board that no longer fits goes, and none comes", async () => {
  const cluster = await aRunningSet({ updateStrategy: rolling({ maxSurge: 1, maxUnavailable: 0 }) }, 2);
  await cluster.taint("board-2", [{ key: "dedicated", effect: "NoSchedule" }]);
  const unready = { type: "Ready", status: "False" as const };
  await cluster.say(cluster.podOn("board-2"), { phase: "Running", conditions: [unready] });
  await cluster.setImage("host/true");
  await cluster.runAll();
  assert.deepEqual(cluster.images(), ["board-1:true"]);
});
