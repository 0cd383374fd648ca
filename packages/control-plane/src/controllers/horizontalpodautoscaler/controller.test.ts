/** Autoscalers at work on the whole API, under a simulated clock and boards that say what a test wants. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler } from "@kubus/shared/api/autoscaling.ts";
import { deploymentKind, horizontalPodAutoscalerKind, replicaSetKind } from "../../kinds/index.ts";
import { aDeployment, aMeta, start } from "../testing/builders.ts";
import { reconcile } from "./reconcile.ts";
import type { AutoscalerView } from "./view.ts";
import { scaleEventsAnnotation } from "./scale-events.ts";
import { aLoadedCluster } from "./testing/load.ts";

test("more load brings more pods, at most twice as many at once, and says so as Kubernetes does", async () => {
  const world = await aLoadedCluster(2);
  world.load.milli = 200;
  await world.autoscale();
  assert.equal(world.size(), 4, "200% of 50% for 2 pods would be 8; a look at most doubles");
  assert.equal(world.state(), "resized");
  assert.deepEqual(world.events("SuccessfulRescale"), [
    "New size: 4; reason: cpu resource utilization (percentage of request) above target",
  ]);
  const { status } = world.hpa() ?? {};
  assert.deepEqual(
    [status?.currentReplicas, status?.desiredReplicas, status?.lastScaleTime],
    [2, 4, "2026-01-01T00:00:00Z"],
  );
  assert.deepEqual(status?.currentMetrics, [
    {
      type: "Resource",
      resource: { name: "cpu", current: { averageUtilization: 200, averageValue: "200m" } },
    },
  ]);
  assert.equal(
    world.condition("AbleToScale"),
    "True SucceededRescale: the HPA controller was able to update the target scale to 4",
  );
  assert.equal(
    world.condition("ScalingActive"),
    "True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)",
  );
  assert.equal(
    world.condition("ScalingLimited"),
    "True ScaleUpLimit: the desired replica count is increasing faster than the maximum scale rate",
  );
});

test("it acts once on each look at the figures, and looks every 15 seconds", async () => {
  const world = await aLoadedCluster(1);
  world.load.milli = 400;
  await world.autoscale();
  assert.equal(world.size(), 4);
  await world.run();
  assert.equal(world.asked.length, 1);
  await world.advance(14_999);
  assert.deepEqual([world.size(), world.asked.length], [4, 1]);
  await world.advance(1);
  assert.deepEqual(world.asked, ["board-1", "board-1"]);
  assert.equal(world.size(), 8);
});

test("less load makes it smaller only when it was less for five minutes, and never below the least", async () => {
  const world = await aLoadedCluster(4, { minReplicas: 2 });
  await world.autoscale();
  assert.equal(world.state(), "steady");
  assert.equal(
    world.condition("AbleToScale"),
    "True ReadyForNewScale: recommended size matches current size",
  );
  world.load.milli = 10;
  await world.tick();
  assert.equal(world.state(), "stabilising");
  assert.equal(
    world.condition("AbleToScale"),
    "True ScaleDownStabilized: recent recommendations were higher than current one, applying the highest recent recommendation",
  );
  await world.advance(270_000);
  assert.equal(world.size(), 4);
  await world.advance(30_000);
  assert.equal(world.size(), 2);
  assert.deepEqual(world.events("SuccessfulRescale"), ["New size: 2; reason: All metrics below target"]);
  await world.run();
  await world.advance(330_000);
  assert.equal(world.size(), 2);
  assert.equal(world.state(), "limited");
  assert.equal(
    world.condition("ScalingLimited"),
    "True TooFewReplicas: the desired replica count is less than the minimum replica count",
  );
});

test("a behaviour's short window and policies are kept, also across a change of the leading server", async () => {
  const behavior = {
    scaleDown: {
      stabilizationWindowSeconds: 0,
      policies: [{ type: "Pods" as const, value: 1, periodSeconds: 60 }],
    },
    scaleUp: { policies: [{ type: "Pods" as const, value: 2, periodSeconds: 120 }] },
  };
  const world = await aLoadedCluster(3, { behavior });
  world.load.milli = 10;
  await world.autoscale();
  assert.equal(world.size(), 2, "one pod a minute");
  await world.run();
  await world.takeOver();
  await world.advance(45_000);
  assert.equal(world.size(), 2);
  assert.equal(
    world.condition("ScalingLimited"),
    "True ScaleDownLimit: the desired replica count is decreasing faster than the maximum scale rate",
  );
  await world.advance(15_000);
  assert.equal(world.size(), 1);
  await world.run();
  assert.match(
    world.hpa()?.metadata.annotations?.[scaleEventsAnnotation] ?? "",
    /^\[\[\d+,-1\],\[\d+,-1\]\]$/,
  );
});

test("above the most or below the least it acts at once, whatever the load", async () => {
  const world = await aLoadedCluster(5, { minReplicas: 2, maxReplicas: 3 });
  world.load.milli = undefined;
  await world.autoscale();
  assert.equal(world.size(), 3);
  await world.resize(1);
  await world.tick();
  assert.equal(world.size(), 2);
  assert.deepEqual(world.events("SuccessfulRescale"), [
    "New size: 3; reason: Current number of replicas above Spec.MaxReplicas",
    "New size: 2; reason: Current number of replicas below Spec.MinReplicas",
  ]);
});

test("without figures the size stays, and it is said once what is missing", async () => {
  const world = await aLoadedCluster(2);
  world.load.milli = undefined;
  await world.autoscale();
  await world.advance(60_000);
  const why =
    "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API";
  assert.equal(
    world.condition("ScalingActive"),
    `False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${why}`,
  );
  assert.deepEqual(world.events("FailedGetResourceMetric"), [why]);
  assert.deepEqual(world.events("FailedComputeMetricsReplicas"), [
    `invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
  ]);
  assert.equal(world.size(), 2);
  assert.equal(world.state(), "waitingForMetrics");
});

test("a missing target, one without a size, and one of an unknown kind are told apart", async () => {
  const world = await aLoadedCluster(1);
  const errorOf = async (scaleTargetRef: { apiVersion: string; kind: string; name: string }) => {
    await world.respec({ scaleTargetRef });
    return world.condition("AbleToScale");
  };
  await world.autoscale();
  const prefix = "False FailedGetScale: the HPA controller was unable to get the target's current scale: ";
  assert.equal(
    await errorOf({ apiVersion: "apps/v1", kind: "Deployment", name: "none" }),
    `${prefix}deployments.apps "none" not found`,
  );
  assert.equal(world.state(), "withoutTarget");
  assert.equal(
    await errorOf({ apiVersion: "apps/v1", kind: "DaemonSet", name: "web" }),
    `${prefix}the server could not find the requested resource`,
  );
  assert.equal(
    await errorOf({ apiVersion: "x.org/v1", kind: "Robot", name: "web" }),
    `${prefix}no matches for kind "Robot" in group "x.org"`,
  );
  assert.equal(world.events("FailedGetScale").length, 3);
});

test("a target at zero is switched off", async () => {
  const world = await aLoadedCluster(0);
  await world.autoscale();
  assert.equal(world.state(), "disabled");
  assert.equal(
    world.condition("ScalingActive"),
    "False ScalingDisabled: scaling is disabled since the replica count of the target is zero",
  );
  await world.resize(1);
  await world.run();
  await world.tick();
  assert.equal(world.state(), "steady");
});

test("two autoscalers of the same pods do nothing but say so", async () => {
  const world = await aLoadedCluster(1);
  world.load.milli = 400;
  await world.objects.create(horizontalPodAutoscalerKind, {
    metadata: { name: "other", namespace: "default" },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 3 },
  });
  await world.autoscale();
  assert.equal(world.size() === 1 || world.size() === 3, true, "the first one may have acted before");
  const before = world.size();
  await world.tick();
  await world.tick();
  assert.equal(world.size(), before);
  assert.equal(
    world.condition("ScalingActive"),
    "False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [{other default} {web default}]",
  );
});

test("any kind with a size is scaled, and a size that cannot be set is told", async () => {
  const world = await aLoadedCluster(1);
  world.load.milli = 100;
  const { objects } = world;
  await objects.delete(
    deploymentKind,
    { namespace: "default", name: "web" },
    { propagationPolicy: "Orphan" },
  );
  await world.rest();
  const [replicaSet] = world.names(replicaSetKind);
  await world.autoscale({
    scaleTargetRef: { apiVersion: "apps/v1", kind: "ReplicaSet", name: replicaSet ?? "" },
  });
  assert.equal(world.cache.list(replicaSetKind)[0]?.spec.replicas, 2);
  const [effect] = reconcile(aView()).effects.slice(-1);
  assert.ok(effect?.type === "reportStatus");
  const failed = effect.statusAfter({ effect: "patch", message: "the webhook said no" }) as Status;
  assert.equal(failed.lastScaleTime, undefined);
  const able = failed.conditions?.find(({ type }) => type === "AbleToScale");
  assert.deepEqual(
    [able?.status, able?.reason, able?.message],
    [
      "False",
      "FailedUpdateScale",
      "the HPA controller was unable to update the target scale: the webhook said no",
    ],
  );
});

type Status = NonNullable<HorizontalPodAutoscaler["status"]>;

/** Three pods are asked for, and two are the most. */
const aView = (): AutoscalerView => ({
  hpa: {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: aMeta("web"),
    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, maxReplicas: 2 },
  },
  target: { kind: deploymentKind, object: aDeployment("web"), replicas: 3, selector: "app=web" },
  pods: [],
  claimants: [],
  round: { at: start, usage: undefined },
  recommendations: [],
  now: start,
});

test("a load that stays the same writes nothing", async () => {
  const world = await aLoadedCluster(2);
  await world.autoscale();
  const before = world.writes();
  world.load.milli = 49.6; // As a percentage the same.
  await world.advance(120_000);
  assert.equal(world.writes(), before);
});

test("while boards are asked it is measuring, and what they say later counts", async () => {
  const world = await aLoadedCluster(2);
  world.load.answers = false;
  world.load.milli = 100;
  await world.autoscale();
  assert.equal(world.state(), "measuring");
  assert.equal(world.whyOf("hpa default/web"), "asking 1 boards what 2 pods use");
  await world.answer();
  assert.equal(world.size(), 4);
});

test("a board that does not answer keeps nobody busy, whatever the autoscaler waits for", async () => {
  const world = await aLoadedCluster(2);
  await world.resize(0); // Its pods are still going.
  world.load.answers = false;
  await world.autoscale();
  assert.equal(world.state(), "disabled");
  await world.advance(120_000);
  assert.equal(world.state(), "disabled");
});

type World = Awaited<ReturnType<typeof aLoadedCluster>>;
const roads: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  measuring: (world) => {
    world.load.answers = false;
    return world.autoscale();
  },
  resized: (world) => {
    world.load.milli = 100;
    return world.autoscale();
  },
  steady: (world) => world.autoscale(),
  limited: (world) => {
    world.load.milli = 100;
    return world.autoscale({ maxReplicas: 2 });
  },
  stabilising: (world) => {
    world.load.milli = 10;
    return world.autoscale();
  },
  waitingForMetrics: (world) => {
    world.load.milli = undefined;
    return world.autoscale();
  },
  withoutTarget: (world) => world.autoscale({ scaleTargetRef: { apiVersion: "v1", kind: "Pod", name: "x" } }),
  disabled: async (world) => {
    await world.resize(0);
    await world.autoscale();
  },
};

for (const [state, road] of Object.entries(roads)) {
  test(`a new leader finds an autoscaler that is ${state} to be so again`, async () => {
    const world = await aLoadedCluster(2);
    await road(world);
    assert.equal(world.state(), state);
    await world.takeOver();
    assert.equal(world.state(), state);
  });
}
