/** How many pods a load asks for: the rules for pods that nobody knows enough about. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { PodUsage } from "@kubus/shared/bus/usage.ts";
import { aPod, at, start } from "../testing/builders.ts";
import { replicasForAverage, replicasForUtilization, type ReplicasView } from "./replicas.ts";

/** Long after the pods' start. */
const now = start + 3_600_000;

const aRunningPod = (name: string, more: Partial<NonNullable<Pod["status"]>> = {}): Pod =>
  aPod(name, {
    spec: { containers: [{ name: "main", image: "host/sh", resources: { requests: { cpu: "100m" } } }] },
    status: {
      phase: "Running",
      startTime: at(0),
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: at(10) }],
      ...more,
    },
  });

const used = (name: string, milli: number, container = "main"): readonly [string, PodUsage] => [
  `uid-${name}`,
  {
    namespace: "default",
    name,
    uid: `uid-${name}`,
    at: now,
    windowMs: 15_000,
    containers: [{ name: container, cpuNanocores: milli * 1_000_000, memoryBytes: 1_048_576 }],
  },
];

const tolerances = { up: 0.1, down: 0.1 };
const view = (
  pods: readonly Pod[],
  usage: readonly (readonly [string, PodUsage])[],
  more: Partial<ReplicasView> = {},
): ReplicasView => ({
  pods,
  usage: new Map(usage),
  measure: { resource: "cpu" },
  replicas: pods.length,
  tolerances,
  now,
  ...more,
});
const outcome = (result: ReturnType<typeof replicasForUtilization>) =>
  "error" in result ? result.error : result.replicas;

const names = ["a", "b", "c", "d"];
const pods = names.map((name) => aRunningPod(name));
const all = (milli: number) => names.map((name) => used(name, milli));

test("as many as bring the use to its target, and none more or fewer within a tenth of it", () => {
  const cases: readonly (readonly [number, number])[] = [
    [50, 4],
    [55, 4],
    [56, 5],
    [45, 4],
    [44, 4],
    [37, 3],
    [100, 8],
    [0, 0],
  ];
  for (const [milli, expected] of cases)
    assert.equal(outcome(replicasForUtilization(view(pods, all(milli)), 50)), expected, `${milli}m`);
});

test("a behaviour's own tolerance counts each way by itself", () => {
  const strict = { tolerances: { up: 0, down: 0.5 } };
  assert.equal(outcome(replicasForUtilization(view(pods, all(51), strict), 50)), 5);
  assert.equal(outcome(replicasForUtilization(view(pods, all(26), strict), 50)), 4);
});

test("what is said of the use is its percentage and the average in thousandths", () => {
  assert.deepEqual(replicasForUtilization(view(pods, all(33)), 50), {
    replicas: 3,
    average: 33,
    utilization: 33,
  });
});

test("pods without figures count as idle on the way up, as busy on the way down, and never turn it round", () => {
  const half = all(100).slice(0, 2);
  assert.equal(outcome(replicasForUtilization(view(pods, half), 50)), 4, "200% of two is 100% of four");
  assert.equal(outcome(replicasForUtilization(view(pods, all(150).slice(0, 2)), 50)), 6);
  assert.equal(outcome(replicasForUtilization(view(pods, all(10).slice(0, 2)), 50)), 4);
  assert.equal(outcome(replicasForUtilization(view(pods, all(10).slice(0, 3)), 80)), 2);
});

test("pods that are starting count as idle on the way up and not at all on the way down", () => {
  const pending = aPod("e", { spec: pods[0]?.spec ?? {}, status: { phase: "Pending" } });
  const five = [...pods, pending];
  assert.equal(outcome(replicasForUtilization(view(five, all(100)), 50)), 8);
  assert.equal(outcome(replicasForUtilization(view(five, all(25)), 50)), 2);
});

test("what a pod uses while it starts says nothing: CPU of the first minutes, and of one that was never ready", () => {
  const young = (status: "True" | "False", readyAt: number) =>
    aRunningPod("a", {
      startTime: at(3_500),
      conditions: [{ type: "Ready", status, lastTransitionTime: at(readyAt) }],
    });
  const nothing = "did not receive metrics for targeted pods (pods might be unready)";
  const of = (pod: Pod, more: Partial<ReplicasView> = {}) =>
    outcome(replicasForUtilization(view([pod], [used("a", 100)], more), 50));
  assert.equal(of(young("False", 3_510)), nothing);
  assert.equal(of(young("True", 3_590)), nothing, "a whole window since it became ready is not over");
  assert.equal(of(young("True", 3_510)), 2);
  const never = aRunningPod("a", {
    conditions: [{ type: "Ready", status: "False", lastTransitionTime: at(20) }],
  });
  assert.equal(of(never), nothing);
  const once = aRunningPod("a", {
    conditions: [{ type: "Ready", status: "False", lastTransitionTime: at(60) }],
  });
  assert.equal(of(once), 2, "one that was ready and is no more is busy, not starting");
  const inMemory = view([young("False", 3_510)], [used("a", 0)], { measure: { resource: "memory" } });
  assert.equal(outcome(replicasForAverage(inMemory, 524_288_000)), 2, "memory does not go away again");
});

test("pods that go or have failed are not counted", () => {
  const going = { ...aRunningPod("a"), metadata: { ...aRunningPod("a").metadata, deletionTimestamp: at(0) } };
  const failed = aRunningPod("b", { phase: "Failed" });
  const given = [going, failed, ...pods.slice(2)];
  assert.equal(outcome(replicasForUtilization(view(given, all(100), { replicas: 2 }), 50)), 4);
});

test("one container may be asked about alone, and every container needs a request otherwise", () => {
  const two = aPod("a", {
    spec: {
      containers: [
        { name: "main", image: "host/sh", resources: { requests: { cpu: "100m" } } },
        { name: "side", image: "host/sh" },
      ],
    },
    status: pods[0]?.status ?? {},
  });
  const of = (container?: string) =>
    outcome(
      replicasForUtilization(view([two], [used("a", 100)], { measure: { resource: "cpu", container } }), 50),
    );
  assert.equal(of("main"), 2);
  assert.equal(of(), "missing request for cpu in container side of Pod a");
  assert.equal(
    of("side"),
    "unable to get metrics for resource cpu: container side not present in metrics for pod default/a",
  );
});

test("a request for the whole pod is what its pods asked for", () => {
  const whole = aPod("a", {
    spec: { containers: [{ name: "main", image: "x" }], resources: { requests: { cpu: "200m" } } },
    status: pods[0]?.status ?? {},
  });
  assert.equal(outcome(replicasForUtilization(view([whole], [used("a", 200)]), 50)), 2);
});

test("without pods, or without figures of any, nobody can tell", () => {
  const unknown = "unable to get metrics for resource cpu: no metrics returned from resource metrics API";
  assert.equal(outcome(replicasForUtilization(view(pods, []), 50)), unknown);
  assert.equal(outcome(replicasForUtilization(view([], []), 50)), unknown);
});
