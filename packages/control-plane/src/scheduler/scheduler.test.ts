/** The scheduler at work on the whole API, on a simulated clock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec } from "@kubus/shared/api/pod.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { aNode, aPodSpec } from "../controllers/testing/builders.ts";
import { aCluster } from "../controllers/testing/cluster.ts";
import { nodeKind, podKind, priorityClassKind } from "../kinds/index.ts";

async function aScheduler(...boards: readonly Node[]) {
  const cluster = await aCluster();
  const addBoard = async ({ metadata: { name, labels = {} }, spec, status }: Node) => {
    await cluster.objects.create(nodeKind, { metadata: { name, labels }, spec });
    await cluster.objects.patch(nodeKind, { name }, { status }, "status");
    await cluster.rest();
  };
  for (const board of boards) await addBoard(board);
  cluster.scheduler.start();
  await cluster.rest();
  const pod = (name: string) => cluster.cache.get(podKind, "default", name) ?? assert.fail(`no pod ${name}`);
  return {
    ...cluster,
    addBoard,
    aPod: (name: string, spec: Partial<PodSpec> = {}) =>
      cluster.create(podKind, { metadata: { name, namespace: "default" }, spec: { ...aPodSpec, ...spec } }),
    pod,
    placed: (name: string) => pod(name).spec.nodeName ?? "nowhere",
    condition: (name: string) => pod(name).status?.conditions?.find(({ type }) => type === "PodScheduled"),
  };
}

const asking = (cpu: string): Partial<PodSpec> => ({
  containers: [{ name: "main", image: "host/sleep", resources: { requests: { cpu } } }],
});
const room = (cpu: string) => ({ status: { allocatable: { cpu, memory: "1Gi", pods: "10" } } });

test("binds a pod at once and tells where", async () => {
  const world = await aScheduler(aNode("board-1"));
  await world.aPod("web");
  assert.equal(world.placed("web"), "board-1");
  assert.equal(world.condition("web")?.status, "True");
  assert.deepEqual(world.events("Scheduled"), ["Successfully assigned default/web to board-1"]);
});

test("tells why a pod waits, then places it when a board comes, and not before the pause is over", async () => {
  const world = await aScheduler();
  await world.aPod("web");
  assert.equal(world.placed("web"), "nowhere");
  const { status, reason, message } = world.condition("web") ?? {};
  assert.deepEqual(
    { status, reason, message },
    {
      status: "False",
      reason: "Unschedulable",
      message: "no nodes available to schedule pods",
    },
  );
  assert.deepEqual(world.events("FailedScheduling"), ["no nodes available to schedule pods"]);
  await world.addBoard(aNode("board-1"));
  assert.equal(world.placed("web"), "nowhere");
  await world.advance(1_000);
  assert.equal(world.placed("web"), "board-1");
});

test("a pod that has waited for long is placed the moment that a board becomes free", async () => {
  const world = await aScheduler(aNode("board-1", { ...room("1"), spec: { unschedulable: true } }));
  await world.aPod("web", asking("1"));
  await world.advance(60_000);
  await world.objects.patch(nodeKind, { name: "board-1" }, { spec: { unschedulable: null } });
  await world.rest();
  assert.equal(world.placed("web"), "board-1");
  await world.aPod("next", asking("1"));
  await world.advance(60_000);
  assert.equal(world.placed("next"), "nowhere");
  await world.objects.delete(podKind, { namespace: "default", name: "web" }, { gracePeriodSeconds: 0 });
  await world.rest();
  assert.equal(world.placed("next"), "board-1");
});

test("a cluster that cannot place a pod is silent: neither beats nor its own words make it look again", async () => {
  const world = await aScheduler(aNode("board-1", room("1")));
  await world.aPod("big", asking("2"));
  await world.advance(30_000);
  const writes = world.writes();
  for (let beat = 0; beat < 5; beat += 1) {
    const conditions = [{ type: "Ready", status: "True", lastHeartbeatTime: `2026-01-01T00:00:0${beat}Z` }];
    await world.objects.patch(nodeKind, { name: "board-1" }, { status: { conditions } }, "status");
    await world.advance(10_000);
  }
  assert.equal(world.writes(), writes + 5);
});

test("never fills a board twice, however many pods arrive at once", async () => {
  const world = await aScheduler(aNode("board-1", room("2")), aNode("board-2", room("2")));
  const names = ["a", "b", "c", "d", "e", "f"];
  await Promise.all(
    names.map((name) =>
      world.objects.create(podKind, {
        metadata: { name, namespace: "default" },
        spec: { ...aPodSpec, ...asking("1") },
      }),
    ),
  );
  await world.rest();
  const counts = names.map(world.placed).sort();
  assert.deepEqual(counts, ["board-1", "board-1", "board-2", "board-2", "nowhere", "nowhere"]);
});

test("the most important of those that wait goes first", async () => {
  const world = await aScheduler(aNode("board-1", room("1")));
  const classes = { low: 0, high: 100, middle: 50 };
  for (const [name, value] of Object.entries(classes))
    await world.objects.create(priorityClassKind, { metadata: { name }, value });
  await Promise.all(
    Object.keys(classes).map((name) =>
      world.objects.create(podKind, {
        metadata: { name, namespace: "default" },
        spec: { ...aPodSpec, ...asking("1"), priorityClassName: name },
      }),
    ),
  );
  await world.rest();
  assert.deepEqual(["low", "high", "middle"].map(world.placed), ["nowhere", "board-1", "nowhere"]);
});

test("holds back a gated pod until the gate is gone", async () => {
  const world = await aScheduler(aNode("board-1"));
  await world.aPod("web", { schedulingGates: [{ name: "test.io/wait" }] });
  assert.equal(world.placed("web"), "nowhere");
  assert.equal(world.condition("web")?.reason, "SchedulingGated");
  await world.objects.patch(
    podKind,
    { namespace: "default", name: "web" },
    { spec: { schedulingGates: null } },
  );
  await world.rest();
  assert.equal(world.placed("web"), "board-1");
});

test("places nothing before it leads and nothing after", async () => {
  const world = await aScheduler(aNode("board-1"));
  await world.scheduler.stop();
  await world.aPod("web");
  assert.equal(world.placed("web"), "nowhere");
  world.scheduler.start();
  await world.rest();
  assert.equal(world.placed("web"), "board-1");
});
