/** Who may drive whom away, from where it hurts least, and what becomes of both. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { aMeta, aNode, aPod, at } from "../../controllers/testing/builders.ts";
import { podKind, priorityClassKind } from "../../kinds/index.ts";
import { aBoard, asking, check } from "../testing/boards.ts";
import { aScheduler, room } from "../testing/scheduler.ts";

/** A pod of a priority that asks for so much and began so many seconds after the start. */
const lesser = (name: string, priority: number, cpu: string, since = 0): Pod =>
  aPod(name, {
    meta: { labels: { app: name } },
    spec: { ...asking({ cpu }), priority },
    status: { phase: "Running", startTime: at(since) },
  });
const board = (name: string, ...pods: readonly Pod[]) => aBoard(aNode(name, room("2")), pods);
const urgent = { ...asking({ cpu: "2" }), priority: 100 };

test("drives away only who matters less, and says when nothing is to be gained", () => {
  const full = [board("a", lesser("x", 100, "1")), board("b", lesser("y", 100, "2"))];
  const none = "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available:";
  check(urgent, full, `${none} 2 No preemption victims found for incoming pod.`);
  check(
    { ...asking({ cpu: "3" }), priority: 100 },
    full,
    `${none} 2 Preemption is not helpful for scheduling.`,
  );
  const mixed = [board("a", lesser("x", 100, "1"), lesser("z", 0, "1")), board("b", lesser("y", 100, "2"))];
  check(urgent, mixed, `${none} 1 Insufficient cpu, 1 No preemption victims found for incoming pod.`);
  check(
    { ...urgent, preemptionPolicy: "Never" },
    [board("a", lesser("x", 0, "1"))],
    "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.",
  );
});

test("takes back whom it can: only as many go as must, and the least important of them", () => {
  const pods = [lesser("old", 5, "1", 0), lesser("young", 5, "500m", 9), lesser("least", 1, "500m")];
  check({ ...asking({ cpu: "500m" }), priority: 100 }, [board("a", ...pods)], "a without least");
  check({ ...asking({ cpu: "1" }), priority: 100 }, [board("a", ...pods)], "a without young, least");
});

test("of several boards the one where it hurts least", () => {
  const table: readonly (readonly [string, Parameters<typeof board>[], string])[] = [
    [
      "the least important of the most important victims",
      [
        ["a", lesser("x", 7, "2")],
        ["b", lesser("y", 5, "1"), lesser("z", 5, "1")],
      ],
      "b without y, z",
    ],
    [
      "the smallest sum of priorities",
      [
        ["a", lesser("x", 5, "1"), lesser("z", 4, "1")],
        ["b", lesser("y", 5, "1"), lesser("w", 1, "1")],
      ],
      "b without y, w",
    ],
    [
      "the fewest victims",
      [
        ["a", lesser("x", 5, "1"), lesser("z", 0, "1")],
        ["b", lesser("y", 5, "2")],
      ],
      "b without y",
    ],
    [
      "those that began last",
      [
        ["a", lesser("x", 5, "2", 1)],
        ["b", lesser("y", 5, "2", 9)],
      ],
      "b without y",
    ],
  ];
  for (const [, boards, expected] of table)
    check(
      urgent,
      boards.map((one) => board(...one)),
      expected,
    );
});

test("a budget is kept where it can be, and broken where nothing else helps", () => {
  const budget: PodDisruptionBudget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: aMeta("x"),
    spec: { selector: { matchLabels: { app: "x" } } },
    status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  };
  const around = { budgets: () => [budget] };
  const protectedBoard = board("a", lesser("x", 0, "2"));
  check(urgent, [protectedBoard, board("b", lesser("y", 50, "2"))], "b without y", { around });
  check(urgent, [protectedBoard], "a without x", { around });
  const both = board("a", lesser("x", 0, "1"), lesser("z", 50, "1"));
  check({ ...asking({ cpu: "1" }), priority: 100 }, [both], "a without z", { around });
});

test("also drives away who stands in the way by its word, not by its size", () => {
  const shy = aPod("shy", {
    spec: {
      priority: 1,
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "new" } } },
          ],
        },
      },
    },
  });
  check({}, [aBoard(aNode("a"), [shy])], "a without shy", {
    pod: aPod("new", { meta: { labels: { app: "new" } }, spec: { priority: 2 } }),
  });
});

async function aFullCluster(boards = 1) {
  const nodes = Array.from({ length: boards }, (_, i) => aNode(`board-${i + 1}`, room("2")));
  const world = await aScheduler(nodes);
  await world.priorities({ low: 1, middle: 50, high: 100 });
  for (let i = 0; i < boards * 2; i += 1)
    await world.aPod(`low-${i}`, { ...asking({ cpu: "1" }), priorityClassName: "low" });
  await world.run();
  return { ...world, urgent: { ...asking({ cpu: "1" }), priorityClassName: "high" } };
}

test("promises a board, tells the victim why, waits until it is gone, and is bound there", async () => {
  const world = await aFullCluster();
  await world.aPod("urgent", world.urgent);
  assert.equal(world.state("urgent"), "awaitingVictims");
  assert.equal(world.pod("urgent").status?.nominatedNodeName, "board-1");
  assert.deepEqual(world.events("FailedScheduling"), [
    "0/1 nodes are available: 1 Insufficient cpu.",
    "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to a terminating pod on the nominated node.",
  ]);
  const victim = ["low-0", "low-1"].find((name) => world.pod(name).metadata.deletionTimestamp !== undefined);
  assert.ok(victim !== undefined, "one of them is asked to go, with its own grace");
  const { status, reason, message } = world.condition(victim, "DisruptionTarget") ?? {};
  assert.deepEqual(
    [status, reason, message],
    ["True", "PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod"],
  );
  const { uid } = world.pod("urgent").metadata;
  assert.deepEqual(world.events("Preempted"), [`Preempted by pod ${uid} on node board-1`]);
  await world.end(victim);
  assert.equal(world.placed("urgent"), "board-1");
});

test("what was promised is not given to others of less importance, but to those of more", async () => {
  const world = await aFullCluster();
  await world.aPod("urgent", world.urgent);
  await world.aPod("rival", { ...asking({ cpu: "1" }), priorityClassName: "low" });
  const [victim = ""] = ["low-0", "low-1"].filter(
    (name) => world.pod(name).metadata.deletionTimestamp !== undefined,
  );
  await world.end(victim);
  await world.advance(10_000);
  assert.deepEqual([world.placed("urgent"), world.placed("rival")], ["board-1", "nowhere"]);
});

test("a more important one takes the promise over, and who had it looks elsewhere", async () => {
  const world = await aFullCluster();
  await world.aPod("middle", { ...asking({ cpu: "2" }), priorityClassName: "middle" });
  assert.equal(world.pod("middle").status?.nominatedNodeName, "board-1");
  await world.aPod("urgent", { ...asking({ cpu: "2" }), priorityClassName: "high" });
  await world.advance(1_000);
  for (const name of ["low-0", "low-1"]) await world.end(name);
  await world.advance(10_000);
  assert.deepEqual([world.placed("urgent"), world.placed("middle")], ["board-1", "nowhere"]);
});

test("several that are urgent at once drive away no more than they need", async () => {
  const world = await aFullCluster(2);
  await world.pods(["u-0", "u-1", "u-2"], world.urgent);
  const going = () =>
    ["low-0", "low-1", "low-2", "low-3"].filter(
      (name) => world.find(name)?.metadata.deletionTimestamp !== undefined,
    );
  assert.equal(going().length, 3);
  for (const name of going()) await world.end(name);
  await world.advance(10_000);
  assert.ok(["u-0", "u-1", "u-2"].every((name) => world.placed(name) !== "nowhere"));
});

test("who may not preempt waits, and drives nobody away", async () => {
  const world = await aFullCluster();
  await world.create(priorityClassKind, {
    metadata: { name: "polite" },
    value: 100,
    preemptionPolicy: "Never",
  });
  await world.aPod("polite", { ...asking({ cpu: "1" }), priorityClassName: "polite" });
  assert.equal(world.state("polite"), "unschedulable.cooling.current");
  assert.deepEqual(world.events("Preempted"), []);
});

test("a server that takes over finds the victims leaving, and asks nobody else to go", async () => {
  const world = await aFullCluster();
  await world.aPod("urgent", world.urgent);
  await world.leadAnew();
  assert.equal(world.state("urgent"), "awaitingVictims");
  assert.equal(world.why("urgent"), "waits for others to leave board-1");
  const going = ["low-0", "low-1"].filter((name) => world.pod(name).metadata.deletionTimestamp !== undefined);
  assert.equal(going.length, 1);
  await world.end(going[0] ?? "");
  assert.equal(world.placed("urgent"), "board-1");
});

test("a server that died between the promise and the evictions is followed by one that makes room anew", async () => {
  const world = await aFullCluster();
  await world.scheduler.stop();
  await world.aPod("urgent", world.urgent);
  const target = { namespace: "default", name: "urgent" };
  await world.objects.patch(podKind, target, { status: { nominatedNodeName: "board-1" } }, "status");
  world.scheduler.start();
  await world.rest();
  assert.equal(world.state("urgent"), "awaitingVictims");
  assert.equal(world.events("Preempted").length, 1);
});
