/** The scheduler at work on the whole API, on a simulated clock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aNode, aPodSpec } from "../controllers/testing/builders.ts";
import { nodeKind, podKind, priorityClassKind } from "../kinds/index.ts";
import { asking as askingFor } from "./testing/boards.ts";
import { aScheduler, room } from "./testing/scheduler.ts";

const asking = (cpu: string) => askingFor({ cpu });

test("binds a pod at once and tells where", async () => {
  const world = await aScheduler([aNode("board-1")]);
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
  const world = await aScheduler([aNode("board-1", { ...room("1"), spec: { unschedulable: true } })]);
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
  const world = await aScheduler([aNode("board-1", room("1"))]);
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
  const world = await aScheduler([aNode("board-1", room("2")), aNode("board-2", room("2"))]);
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
  const world = await aScheduler([aNode("board-1", room("1"))]);
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
  const world = await aScheduler([aNode("board-1")]);
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
  const world = await aScheduler([aNode("board-1")]);
  await world.scheduler.stop();
  await world.aPod("web");
  assert.equal(world.placed("web"), "nowhere");
  world.scheduler.start();
  await world.rest();
  assert.equal(world.placed("web"), "board-1");
});

test("shows on the pod's chart what it waits for", async () => {
  const world = await aScheduler([aNode("board-1", room("1"))]);
  await world.aPod("big", asking("2"));
  assert.equal(world.state("big"), "unschedulable.cooling.current");
  const message =
    "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
  assert.equal(world.why("big"), message);
  assert.equal(world.condition("big")?.message, message);
});

test("a pod that another scheduler is to place is left alone, and counted as soon as that one bound it", async () => {
  const world = await aScheduler([aNode("board-1", room("1"))]);
  const foreign = await world.aPod("foreign", { ...asking("1"), schedulerName: "mine" });
  assert.equal(world.placed("foreign"), "nowhere");
  assert.equal(world.state("foreign"), undefined);
  assert.deepEqual(world.events("FailedScheduling"), []);
  const { uid } = foreign.metadata;
  await world.objects.bind({ namespace: "default", name: "foreign", uid }, "board-1");
  await world.rest();
  await world.aPod("own", asking("1"));
  assert.equal(world.placed("own"), "nowhere");
});

test("a pod that names its board itself, as a static one does, takes its room without any decision", async () => {
  const world = await aScheduler([aNode("board-1", room("1"))]);
  await world.aPod("static", { ...asking("1"), nodeName: "board-1" });
  assert.equal(world.state("static"), undefined);
  await world.aPod("own", asking("1"));
  assert.equal(world.placed("own"), "nowhere");
  await world.end("static");
  await world.advance(1_000);
  assert.equal(world.placed("own"), "board-1");
});

test("the profile that packs fills one board before it begins the next", async () => {
  const boards = ["board-1", "board-2", "board-3"].map((name) => aNode(name, room("4")));
  const world = await aScheduler(boards);
  for (const name of ["a", "b", "c", "d"])
    await world.aPod(name, { ...asking("1"), schedulerName: "kubus-binpack" });
  assert.equal(new Set(["a", "b", "c", "d"].map(world.placed)).size, 1);
  for (const name of ["e", "f", "g"]) await world.aPod(name, asking("1"));
  assert.equal(
    new Set(["e", "f", "g"].map(world.placed)).size,
    2,
    "the usual one spreads over the free ones",
  );
});

test("a pod that lacks room is not woken by labels or taints, but by room", async () => {
  const world = await aScheduler([aNode("board-1", room("1")), aNode("board-2", room("1"))]);
  await world.pods(["a", "b"], asking("1"));
  await world.aPod("waiter", asking("1"));
  await world.advance(60_000);
  const since = () => world.events("FailedScheduling").length + world.writes();
  const before = since();
  await world.patchNode("board-1", { metadata: { labels: { disk: "ssd" } } });
  await world.patchNode("board-1", { spec: { taints: [{ key: "a", effect: "PreferNoSchedule" }] } });
  await world.patchNode("board-1", { status: { conditions: [{ type: "Ready", status: "True" }] } }, "status");
  assert.equal(since(), before + 3, "nothing but what the test wrote");
  assert.equal(world.state("waiter"), "unschedulable.watching");
  await world.patchNode("board-1", { status: { allocatable: { cpu: "2" } } }, "status");
  assert.equal(world.placed("waiter"), "board-1");
});

test("a pod whose labels the boards lack is woken by labels", async () => {
  const world = await aScheduler([aNode("board-1")]);
  await world.aPod("picky", { nodeSelector: { disk: "ssd" } });
  await world.advance(60_000);
  await world.patchNode("board-1", { metadata: { labels: { disk: "ssd" } } });
  assert.equal(world.placed("picky"), "board-1");
});

test("many that wait are not all woken for room that one of them can have", async () => {
  const world = await aScheduler([aNode("board-1", room("1", "200"))]);
  await world.aPod("first", asking("1"));
  const names = Array.from({ length: 40 }, (_, i) => `w-${i}`);
  await world.pods(names, asking("1"));
  await world.advance(20_000);
  const writes = world.writes();
  await world.end("first");
  assert.equal(names.filter((name) => world.placed(name) === "board-1").length, 1);
  // The end of the one, the binding of the other, its event, and a few words about those who came for nothing.
  assert.ok(world.writes() - writes <= 12, `${world.writes() - writes} writes`);
  await world.advance(10_000);
  for (let turn = 1; turn < names.length; turn += 1) {
    const placed = names.find((name) => world.find(name) !== undefined && world.placed(name) !== "nowhere");
    await world.end(placed ?? assert.fail("nobody was placed"));
    await world.advance(10_000);
  }
  const left = names.filter((name) => world.find(name) !== undefined);
  assert.deepEqual(left.map(world.placed), ["board-1"], "each had its turn");
});

test("who was woken and is gone leaves its turn to another", async () => {
  const world = await aScheduler([aNode("board-1", room("1"))]);
  await world.aPod("first", asking("1"));
  await world.pods(["a", "b", "c", "d", "e", "f", "g", "h"], asking("1"));
  await world.end("first");
  // All that were woken still cool down: they are gone before they can look.
  for (const name of ["a", "b", "c", "d", "e"]) await world.end(name);
  await world.advance(20_000);
  assert.equal(["f", "g", "h"].filter((name) => world.placed(name) === "board-1").length, 1);
});

test("a binding that is refused is told, and the room is free for others meanwhile", async () => {
  const world = await aScheduler([aNode("board-1", room("1"))]);
  await world.scheduler.stop();
  await world.aPod("taken", asking("1"));
  const { uid } = world.pod("taken").metadata;
  // Another scheduler is quicker between the decision and the binding.
  const binding = world.objects.bind({ namespace: "default", name: "taken", uid }, "board-1");
  world.scheduler.start();
  await binding;
  await world.rest();
  assert.equal(world.placed("taken"), "board-1");
  await world.advance(10_000);
  assert.equal(world.state("taken"), undefined);
  await world.end("taken");
  await world.aPod("next", asking("1"));
  assert.equal(world.placed("next"), "board-1");
});

test("a server that takes over finds what waits, what is held back and what is bound as the other left it", async () => {
  const world = await aScheduler([aNode("board-1", room("1"))]);
  await world.aPod("bound", asking("1"));
  await world.aPod("waiter", asking("1"));
  await world.aPod("gated", { ...asking("1"), schedulingGates: [{ name: "test.io/wait" }] });
  await world.leadAnew();
  assert.equal(world.state("waiter"), "unschedulable.cooling.current");
  assert.equal(world.state("gated"), "gated");
  assert.equal(world.why("gated"), "held back by test.io/wait");
  assert.equal(world.state("bound"), undefined);
  await world.end("bound");
  await world.advance(1_000);
  assert.equal(world.placed("waiter"), "board-1");
});
