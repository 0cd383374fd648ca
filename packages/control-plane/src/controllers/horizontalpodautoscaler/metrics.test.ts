/** Several metrics together, and those that nobody here can measure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler, MetricSpec } from "@kubus/shared/api/autoscaling.ts";
import { aMeta, aPod, at, start } from "../testing/builders.ts";
import { proposalOf } from "./metrics.ts";

const pod = aPod("a", {
  spec: {
    containers: [{ name: "main", image: "x", resources: { requests: { cpu: "100m", memory: "1Mi" } } }],
  },
  status: {
    phase: "Running",
    startTime: at(0),
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: at(0) }],
  },
});
const now = start + 3_600_000;
const usage = new Map([
  [
    "uid-a",
    {
      namespace: "default",
      name: "a",
      uid: "uid-a",
      at: now,
      windowMs: 15_000,
      containers: [{ name: "main", cpuNanocores: 250_000_000, memoryBytes: 1_048_576 }],
    },
  ],
]);
const verdict = (metrics: readonly MetricSpec[], replicas = 1) => {
  const hpa: HorizontalPodAutoscaler = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: aMeta("web"),
    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, maxReplicas: 10, metrics },
  };
  return proposalOf(hpa, { pods: [pod], usage, replicas, now });
};
const cpu: MetricSpec = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "AverageValue", averageValue: "50m" } },
};
const memory: MetricSpec = {
  type: "ContainerResource",
  containerResource: {
    name: "memory",
    container: "main",
    target: { type: "Utilization", averageUtilization: 50 },
  },
};
const pods: MetricSpec = {
  type: "Pods",
  pods: { metric: { name: "requests" }, target: { type: "AverageValue", averageValue: "5" } },
};

test("the one that asks for most counts, and all figures are shown in their order", () => {
  const { best, statuses, error } = verdict([memory, cpu]);
  assert.deepEqual(best?.replicas, 5);
  assert.equal(best.name, "cpu resource");
  assert.equal(error, undefined);
  assert.deepEqual(statuses, [
    {
      type: "ContainerResource",
      containerResource: {
        name: "memory",
        container: "main",
        current: { averageValue: "1048576", averageUtilization: 100 },
      },
    },
    { type: "Resource", resource: { name: "cpu", current: { averageValue: "250m" } } },
  ]);
});

test("with a part of the figures it may grow and never shrink", () => {
  assert.equal(verdict([cpu, pods], 2).best?.replicas, 5);
  assert.equal(verdict([cpu, pods], 8).best, undefined);
});

test("what nobody can measure is told in Kubernetes' words", () => {
  const object: MetricSpec = {
    type: "Object",
    object: {
      describedObject: { kind: "Ingress", name: "main" },
      metric: { name: "hits" },
      target: { type: "Value", value: "10" },
    },
  };
  const external: MetricSpec = {
    type: "External",
    external: { metric: { name: "queue" }, target: { type: "Value", value: "10" } },
  };
  const { invalid, error, best } = verdict([pods, object, external]);
  assert.equal(best, undefined);
  assert.deepEqual(
    invalid.map(({ reason }) => reason),
    ["FailedGetPodsMetric", "FailedGetObjectMetric", "FailedGetExternalMetric"],
  );
  assert.equal(
    error,
    "invalid metrics (3 invalid out of 3), first error is: failed to get pods metric value: unable to get metric requests: unable to fetch metrics from custom metrics API: there is no custom metrics API",
  );
});
