/** Daemon sets at work on the whole API, with the scheduler. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { daemonSetKind, nodeKind, podKind } from "../../kinds/index.ts";
import { evictions } from "../../nodes/eviction.ts";
import { aNode, aPodSpec } from "../testing/builders.ts";
import { agent, aDaemonSet, daemonSpec } from "./testing/builders.ts";

test("makes one pod on every board, placed by the scheduler, and then nobody writes any more", async () => {
  const cluster = await aDaemonSet();
  const boards = cluster.pods().map(({ spec }) => spec.nodeName);
  assert.deepEqual(boards.toSorted(), ["board-1", "board-2", "board-3"]);
  await cluster.runAll();
  assert.deepEqual(cluster.daemonSet().status, {
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    numberMisscheduled: 0,
    numberReady: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
    numberUnavailable: 0,
    observedGeneration: 1,
  });
  assert.equal(cluster.events("SuccessfulCreate").length, 3);
  assert.match(cluster.events("SuccessfulCreate")[0] ?? "", /^Created pod: agent-/);
  assert.equal(cluster.state(), "steady");
  const writes = cluster.writes();
  await cluster.advance(3_600_000);
  assert.equal(cluster.writes(), writes, "a cluster at rest is silent");
});

test("binds a pod to its board by the board's name, in place of the template's own terms", async () => {
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "disk", operator: "In" as const, values: ["ssd"] }] }],
    },
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 1, preference: { matchExpressions: [{ key: "x", operator: "Exists" as const }] } },
    ],
  };
  const template = { ...daemonSpec().template, spec: { ...aPodSpec, affinity: { nodeAffinity } } };
  const cluster = await aDaemonSet({ template });
  assert.deepEqual(cluster.pods(), []);
  assert.equal(cluster.state(), "withoutBoards");
  assert.equal(cluster.why(), "none of 3 boards fits");
  await cluster.changeBoard("board-2", { metadata: { labels: { disk: "ssd" } } });
  assert.deepEqual(cluster.podOn("board-2").spec.affinity?.nodeAffinity, {
    ...nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["board-2"] }] }],
    },
  });
});

test("tolerates what a board goes through, and adds the network's taint for the host network only", async () => {
  const template = { ...daemonSpec().template, spec: { ...aPodSpec, hostNetwork: true } };
  const cluster = await aDaemonSet({ template }, 1);
  const { tolerations = [] } = cluster.podOn("board-1").spec;
  assert.deepEqual(
    tolerations.map(({ key = "", operator = "", effect = "" }) => `${key} ${operator} ${effect}`),
    [
      "node.kubernetes.io/not-ready Exists NoExecute",
      "node.kubernetes.io/unreachable Exists NoExecute",
      "node.kubernetes.io/disk-pressure Exists NoSchedule",
      "node.kubernetes.io/memory-pressure Exists NoSchedule",
      "node.kubernetes.io/pid-pressure Exists NoSchedule",
      "node.kubernetes.io/unschedulable Exists NoSchedule",
      "node.kubernetes.io/network-unavailable Exists NoSchedule",
    ],
  );
  const other = await aDaemonSet({}, 1);
  assert.equal(other.podOn("board-1").spec.tolerations?.length, 6);
});

test("a pod is not driven from a board that is silent, and none is made there", async () => {
  const cluster = await aDaemonSet({}, 2);
  await cluster.runAll();
  const taints = [
    { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" as const },
    {
      key: "node.kubernetes.io/unreachable",
      effect: "NoExecute" as const,
      timeAdded: "2026-01-01T00:00:00Z",
    },
  ];
  await cluster.taint("board-2", taints);
  const pod = cluster.podOn("board-2");
  assert.deepEqual(evictions([pod], taints, Date.UTC(2030, 0, 1)), { due: [], nextAt: undefined });
  await cluster.addBoard("board-3", { spec: { taints } });
  assert.deepEqual(cluster.podsOn("board-3"), []);
  const { desiredNumberScheduled, numberMisscheduled } = cluster.daemonSet().status ?? assert.fail();
  assert.deepEqual([desiredNumberScheduled, numberMisscheduled], [1, 1]);
});

test("a board that is cordoned keeps its pod and would get one", async () => {
  const cluster = await aDaemonSet({}, 1);
  const taints = [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" as const }];
  await cluster.addBoard("board-2", { spec: { unschedulable: true, taints } });
  assert.equal(cluster.podOn("board-2").spec.nodeName, "board-2");
});

test("follows boards that come, go, and get labels", async () => {
  const template = { ...daemonSpec().template, spec: { ...aPodSpec, nodeSelector: { role: "edge" } } };
  const cluster = await aDaemonSet({ template }, 2);
  assert.deepEqual(cluster.pods(), []);
  await cluster.changeBoard("board-1", { metadata: { labels: { role: "edge" } } });
  await cluster.runAll();
  assert.equal(cluster.state(), "steady");
  await cluster.addBoard("board-3", { meta: { labels: { role: "edge" } } });
  assert.equal(cluster.state(), "awaitingReady");
  await cluster.runAll();
  await cluster.changeBoard("board-1", { metadata: { labels: { role: null } } });
  assert.equal(cluster.events("SuccessfulDelete").length, 1);
  assert.equal(cluster.state(), "clearing");
  assert.match(cluster.why(), /^waits for agent-\w+ to end on board-1$/);
});

test("a taint without toleration: NoSchedule keeps new pods away, NoExecute ends those that are there", async () => {
  const cluster = await aDaemonSet({}, 1);
  await cluster.runAll();
  await cluster.taint("board-1", [{ key: "dedicated", value: "db", effect: "NoSchedule" }]);
  assert.deepEqual(cluster.events("SuccessfulDelete"), []);
  await cluster.gone(cluster.podOn("board-1"));
  assert.deepEqual(cluster.pods(), []);
  await cluster.taint("board-1", []);
  await cluster.runAll();
  await cluster.taint("board-1", [{ key: "dedicated", value: "db", effect: "NoExecute" }]);
  assert.equal(cluster.events("SuccessfulDelete").length, 1);
});

test("what is free on a board does not matter: the pod waits there", async () => {
  const containers = [{ name: "main", image: "host/sleep", resources: { requests: { cpu: "64" } } }];
  const template = { ...daemonSpec().template, spec: { containers } };
  const cluster = await aDaemonSet({ template }, 1);
  assert.equal(cluster.daemonSet().status?.currentNumberScheduled, 1);
  assert.match(cluster.why(), /has no board: .*Insufficient cpu/);
});

test("a pod that waits for a board that is gone is deleted", async () => {
  const containers = [{ name: "main", image: "host/sleep", resources: { requests: { cpu: "64" } } }];
  const template = { ...daemonSpec().template, spec: { containers } };
  const cluster = await aDaemonSet({ template }, 2);
  await cluster.objects.delete(nodeKind, { name: "board-2" });
  await cluster.rest();
  assert.deepEqual(cluster.podsOn("board-2"), []);
  assert.equal(cluster.podsOn("board-1").length, 1);
});

test("of two pods on a board the oldest stays", async () => {
  const cluster = await aDaemonSet({}, 1);
  await cluster.runAll();
  const first = cluster.podOn("board-1").metadata.name;
  await cluster.advance(5_000);
  const { labels } = cluster.podOn("board-1").metadata;
  await cluster.create(podKind, {
    metadata: { name: "another", namespace: "default", ...(labels === undefined ? {} : { labels }) },
    spec: { ...aPodSpec, nodeName: "board-1" },
  });
  assert.equal(cluster.podOn("board-1").metadata.name, first);
});

test("pods that fail come anew at once, then after pauses that double, also when another server takes over", async () => {
  const cluster = await aDaemonSet({}, 1);
  await cluster.fail("board-1");
  assert.equal(cluster.podOn("board-1").status?.phase, "Pending", "the second comes at once");
  assert.match(
    cluster.events("FailedDaemonPod")[0] ?? "",
    /^Found failed daemon pod default\/agent-\w+ on node board-1, will try to kill it$/,
  );
  for (const pauseMs of [1_000, 2_000, 4_000]) {
    await cluster.fail("board-1");
    await cluster.takeOver();
    assert.equal(cluster.state(), "backingOff");
    await cluster.advance(pauseMs - 1);
    assert.equal(cluster.podOn("board-1").status?.phase, "Failed");
    await cluster.advance(1);
    assert.equal(cluster.podOn("board-1").status?.phase, "Pending");
  }
  await cluster.runAll();
  await cluster.advance(3_600_000);
  await cluster.fail("board-1");
  assert.equal(cluster.podOn("board-1").status?.phase, "Pending", "what lasted an hour begins anew");
});

test("a pod that succeeded comes anew", async () => {
  const cluster = await aDaemonSet({}, 1);
  await cluster.say(cluster.podOn("board-1"), { phase: "Succeeded" });
  assert.equal(cluster.podOn("board-1").status?.phase, "Pending");
  assert.match(cluster.events("SucceededDaemonPod")[0] ?? "", /^Found succeeded daemon pod .* delete it$/);
});

test("counts a pod as available after minReadySeconds", async () => {
  const cluster = await aDaemonSet({ minReadySeconds: 10 }, 1);
  await cluster.runAll();
  assert.equal(cluster.daemonSet().status?.numberReady, 1);
  assert.equal(cluster.daemonSet().status?.numberAvailable, 0);
  await cluster.advance(10_000);
  assert.equal(cluster.daemonSet().status?.numberAvailable, 1);
  assert.equal(cluster.state(), "steady");
});

test("a set that is deleted with its pods orphaned is followed by one that adopts them", async () => {
  const cluster = await aDaemonSet({}, 2);
  await cluster.runAll();
  const uids = cluster.pods().map(({ metadata }) => metadata.uid);
  await cluster.objects.delete(daemonSetKind, agent, { propagationPolicy: "Orphan" });
  await cluster.rest();
  assert.deepEqual(
    cluster.pods().map(({ metadata }) => metadata.uid),
    uids,
  );
  await cluster.create(daemonSetKind, { metadata: agent, spec: daemonSpec() });
  assert.deepEqual(
    cluster.pods().map(({ metadata }) => metadata.uid),
    uids,
  );
  assert.equal(cluster.pods()[0]?.metadata.ownerReferences?.[0]?.uid, cluster.daemonSet().metadata.uid);
  assert.equal(cluster.state(), "steady");
});

test("beats of a board wake no daemon set", async () => {
  const cluster = await aDaemonSet({}, 1);
  await cluster.runAll();
  const [watch] = cluster.nodeWatch();
  const before = cluster.node("board-1");
  const event = (object: typeof before) => ({
    type: "MODIFIED" as const,
    kind: nodeKind,
    revision: 1,
    object,
    previous: before,
    json: () => new Uint8Array(),
  });
  const beat = { ...before, status: { ...before.status, conditions: [] } };
  assert.deepEqual(watch?.wakes(event(beat), cluster.cache), []);
  const tainted = aNode("board-1", { spec: { taints: [{ key: "x", effect: "NoSchedule" }] } });
  assert.deepEqual(watch.wakes(event(tainted), cluster.cache), ["default/agent"]);
});

test("a pod that is over but held by a finalizer does not keep the next one away", async () => {
  const cluster = await aDaemonSet({}, 1);
  const { name, uid } = cluster.podOn("board-1").metadata;
  const target = { namespace: "default", name };
  await cluster.objects.patch(podKind, target, { metadata: { finalizers: ["test/held"] } });
  await cluster.fail("board-1");
  assert.notEqual(cluster.podOn("board-1").metadata.uid, uid);
  assert.equal(cluster.podsOn("board-1").length, 2);
  await cluster.gone(cluster.podOn("board-1"));
  assert.equal(cluster.podsOn("board-1").filter(({ metadata }) => metadata.uid !== uid).length, 1);
});
