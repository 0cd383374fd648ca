/** What Kubernetes accepts, fills in, refuses and prints about autoscalers, and how their versions become each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler } from "@kubus/shared/api/autoscaling.ts";
import { anApi } from "../../api/testing/world.ts";
import { testRefusals, testRefusedStatuses } from "../testing/cases.ts";
import { causesOf, created, messagesOf } from "../testing/refusals.ts";
import { fromStored, toStored } from "../versions.ts";
import { horizontalPodAutoscalerV1Kind } from "./horizontalpodautoscaler/v1.ts";
import { horizontalPodAutoscalerKind as kind } from "./index.ts";

const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
const a = (spec: object = {}) => ({ spec: { scaleTargetRef, maxReplicas: 5, ...spec } });
const metric = (one: object) => a({ metrics: [one] });
const cpu = (target: object) => metric({ type: "Resource", resource: { name: "cpu", target } });
const average = { type: "AverageValue", averageValue: "100m" };
const behaving = (scaleUp: object) => a({ behavior: { scaleUp } });
const step = { type: "Pods", value: 4, periodSeconds: 60 };
const at = "spec.metrics[0]";

testRefusals(kind, [
  [
    "no most",
    a({ maxReplicas: undefined }),
    "FieldValueInvalid spec.maxReplicas",
    "FieldValueInvalid spec.maxReplicas",
  ],
  ["less at most than at least", a({ minReplicas: 6 }), "FieldValueInvalid spec.maxReplicas"],
  ["less than one", a({ minReplicas: -1 }), "FieldValueInvalid spec.minReplicas"],
  [
    "none at all",
    a({ minReplicas: 0 }),
    "FieldValueInvalid spec.minReplicas",
    "FieldValueForbidden spec.metrics",
  ],
  [
    "no target",
    a({ scaleTargetRef: undefined }),
    "FieldValueRequired spec.scaleTargetRef.kind",
    "FieldValueRequired spec.scaleTargetRef.name",
  ],
  [
    "a target that is a path",
    a({ scaleTargetRef: { kind: "Deployment", name: "a/b" } }),
    "FieldValueInvalid spec.scaleTargetRef.name",
  ],
  [
    "a metric without type",
    metric({}),
    `FieldValueRequired ${at}.type`,
    `FieldValueNotSupported ${at}.type`,
    `FieldValueNotSupported ${at}.type`,
  ],
  [
    "an unknown metric",
    metric({ type: "Weather" }),
    `FieldValueNotSupported ${at}.type`,
    `FieldValueNotSupported ${at}.type`,
  ],
  ["a metric without source", metric({ type: "Pods" }), `FieldValueRequired ${at}.pods`],
  [
    "another source as well",
    metric({
      type: "Resource",
      resource: { name: "cpu", target: average },
      pods: { metric: { name: "a" }, target: average },
    }),
    `FieldValueForbidden ${at}.pods`,
  ],
  [
    "a target of no type",
    cpu({ averageUtilization: 50 }),
    `FieldValueRequired ${at}.resource.target.type`,
    `FieldValueInvalid ${at}.resource.target.type`,
  ],
  [
    "a target of nothing",
    cpu({ type: "Utilization", averageUtilization: 0 }),
    `FieldValueInvalid ${at}.resource.target.averageUtilization`,
  ],
  [
    "no target at all",
    cpu({ type: "Utilization" }),
    `FieldValueRequired ${at}.resource.target.averageUtilization`,
  ],
  [
    "a negative amount",
    cpu({ type: "AverageValue", averageValue: "-1" }),
    `FieldValueInvalid ${at}.resource.target.averageValue`,
  ],
  [
    "both kinds of target",
    cpu({ ...average, averageUtilization: 5 }),
    `FieldValueForbidden ${at}.resource.target.averageValue`,
  ],
  [
    "no resource",
    metric({ type: "Resource", resource: { target: average } }),
    `FieldValueRequired ${at}.resource.name`,
  ],
  [
    "an unknown resource of a container",
    metric({
      type: "ContainerResource",
      containerResource: { name: "disk", container: "main", target: average },
    }),
    `FieldValueInvalid ${at}.containerResource.name`,
  ],
  [
    "a resource of no container",
    metric({ type: "ContainerResource", containerResource: { name: "cpu", target: average } }),
    `FieldValueRequired ${at}.containerResource.container`,
  ],
  [
    "a plain amount for pods",
    metric({ type: "Pods", pods: { metric: { name: "a" }, target: { type: "Value", value: "1" } } }),
    `FieldValueRequired ${at}.pods.target.averageValue`,
  ],
  [
    "two amounts from outside",
    metric({
      type: "External",
      external: { metric: { name: "a" }, target: { type: "Value", value: "1", averageValue: "1" } },
    }),
    `FieldValueForbidden ${at}.external.target.value`,
  ],
  [
    "an object without name",
    metric({
      type: "Object",
      object: {
        describedObject: { kind: "Ingress" },
        metric: { name: "a" },
        target: { type: "Value", value: "1" },
      },
    }),
    `FieldValueRequired ${at}.object.describedObject.name`,
  ],
  [
    "a negative window",
    behaving({ stabilizationWindowSeconds: -1 }),
    "FieldValueInvalid spec.behavior.scaleUp.stabilizationWindowSeconds",
  ],
  [
    "a window of hours",
    behaving({ stabilizationWindowSeconds: 3_601 }),
    "FieldValueInvalid spec.behavior.scaleUp.stabilizationWindowSeconds",
  ],
  [
    "an unknown choice",
    behaving({ selectPolicy: "Any" }),
    "FieldValueNotSupported spec.behavior.scaleUp.selectPolicy",
  ],
  ["no policies", behaving({ policies: [] }), "FieldValueRequired spec.behavior.scaleUp.policies"],
  [
    "a policy of nothing",
    behaving({ policies: [{ ...step, value: 0 }] }),
    "FieldValueInvalid spec.behavior.scaleUp.policies[0].value",
  ],
  [
    "a period without end",
    behaving({ policies: [{ ...step, periodSeconds: 1_801 }] }),
    "FieldValueInvalid spec.behavior.scaleUp.policies[0].periodSeconds",
  ],
  [
    "an unknown policy",
    behaving({ policies: [{ ...step, type: "Boards" }] }),
    "FieldValueNotSupported spec.behavior.scaleUp.policies[0].type",
  ],
]);

testRefusedStatuses(kind, [
  [
    "negative replicas",
    a(),
    { ...a(), status: { currentReplicas: -1, desiredReplicas: 1 } },
    "FieldValueInvalid status.currentReplicas",
  ],
]);

test("an autoscaler is filled in as Kubernetes does", () => {
  const { spec } = created(kind, behaving({ selectPolicy: "Min" })) as HorizontalPodAutoscaler;
  assert.equal(spec.minReplicas, 1);
  assert.deepEqual(spec.metrics, [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
  ]);
  assert.equal(spec.behavior?.scaleUp?.selectPolicy, "Min");
  assert.equal(spec.behavior.scaleUp.policies?.length, 2);
  assert.deepEqual(spec.behavior.scaleDown, {
    selectPolicy: "Max",
    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
  });
  assert.deepEqual(causesOf(kind, a()), []);
  assert.deepEqual(messagesOf(kind, a({ minReplicas: 6 })), [
    "spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`",
  ]);
});

const selector = { matchLabels: { a: "b" } };
const everyMetric = [
  { type: "Pods", pods: { metric: { name: "hits", selector }, target: average } },
  { type: "External", external: { metric: { name: "queue" }, target: { type: "Value", value: "30" } } },
  { type: "External", external: { metric: { name: "queue", selector }, target: average } },
  {
    type: "Object",
    object: {
      describedObject: { kind: "Ingress", name: "web" },
      metric: { name: "hits" },
      target: { type: "Value", value: "10k" },
    },
  },
  { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "1Gi" } } },
  {
    type: "ContainerResource",
    containerResource: {
      name: "cpu",
      container: "main",
      target: { type: "Utilization", averageUtilization: 60 },
    },
  },
  { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
];
const full = {
  ...a({
    metrics: everyMetric,
    minReplicas: 2,
    behavior: {
      scaleUp: { policies: [step], selectPolicy: "Max", stabilizationWindowSeconds: 0 },
      scaleDown: { policies: [step], selectPolicy: "Disabled" },
    },
  }),
  metadata: { annotations: { mine: "kept" } },
  status: {
    currentReplicas: 2,
    desiredReplicas: 3,
    lastScaleTime: "2026-01-01T00:00:00Z",
    conditions: [{ type: "ScalingActive", status: "True" }],
    currentMetrics: [
      { type: "Pods", pods: { metric: { name: "hits", selector }, current: { averageValue: "70m" } } },
      { type: "External", external: { metric: { name: "queue" }, current: { value: "12" } } },
      {
        type: "Resource",
        resource: { name: "cpu", current: { averageUtilization: 40, averageValue: "200m" } },
      },
    ],
  },
};

test("autoscaling/v1 shows one number and keeps the rest in annotations", () => {
  const stored = { ...created(kind, full), status: full.status };
  const shown = fromStored(horizontalPodAutoscalerV1Kind, stored) as unknown as {
    readonly apiVersion: string;
    readonly spec: object;
    readonly status: object;
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  };
  assert.equal(shown.apiVersion, "autoscaling/v1");
  assert.deepEqual(shown.spec, {
    scaleTargetRef,
    minReplicas: 2,
    maxReplicas: 5,
    targetCPUUtilizationPercentage: 50,
  });
  assert.deepEqual(shown.status, {
    currentReplicas: 2,
    desiredReplicas: 3,
    lastScaleTime: "2026-01-01T00:00:00Z",
    currentCPUUtilizationPercentage: 40,
  });
  const { annotations } = shown.metadata;
  assert.equal(annotations["mine"], "kept");
  const kept = JSON.parse(annotations["autoscaling.alpha.kubernetes.io/metrics"] ?? "") as readonly object[];
  assert.equal(kept.length, 6);
  assert.deepEqual(kept[0], {
    type: "Pods",
    pods: { metricName: "hits", selector, targetAverageValue: "100m" },
  });
  assert.match(
    annotations["autoscaling.alpha.kubernetes.io/behavior"] ?? "",
    /"ScaleUp":\{.*"PeriodSeconds":60/,
  );
  assert.deepEqual(toStored(horizontalPodAutoscalerV1Kind, shown as never), stored);
});

test("autoscaling/v1 drops annotations that it cannot read", () => {
  const object = {
    ...created(kind, a()),
    apiVersion: "autoscaling/v1",
    metadata: { name: "web", annotations: { "autoscaling.alpha.kubernetes.io/metrics": "{" } },
    spec: { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 70 },
  };
  const stored = toStored(horizontalPodAutoscalerV1Kind, object as never) as HorizontalPodAutoscaler;
  assert.equal(stored.metadata.annotations, undefined);
  assert.deepEqual(stored.spec.metrics, [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
  ]);
});

test("an autoscaler is one object on both paths", async () => {
  const { ask } = await anApi();
  const old = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
  const now = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
  const body = {
    metadata: { name: "web" },
    spec: { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 50 },
  };
  const { status, json } = await ask("POST", old, { body });
  assert.equal(status, 201);
  assert.deepEqual(json.spec, { ...body.spec, minReplicas: 1 });
  const seen = (await ask("GET", `${now}/web`)).json.spec as unknown as HorizontalPodAutoscaler["spec"];
  assert.deepEqual(seen.metrics?.[0]?.resource?.target, { type: "Utilization", averageUtilization: 50 });
  const contentType = "application/merge-patch+json";
  await ask("PATCH", `${old}/web`, { contentType, body: { spec: { targetCPUUtilizationPercentage: 90 } } });
  const changed = (await ask("GET", `${now}/web`)).json.spec as unknown as HorizontalPodAutoscaler["spec"];
  assert.equal(changed.metrics?.[0]?.resource?.target.averageUtilization, 90);
  const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
  const rows = (await ask("GET", old, { accept })).json.rows.map(({ cells }) => cells);
  assert.deepEqual(rows, [["web", "Deployment/web", "cpu: <unknown>/90%", "1", 5, 0, "0s"]]);
});

test("targets are printed as kubectl prints them", () => {
  const [targets] = kind.columns.filter(({ name }) => name === "Targets");
  const shown = (metrics: readonly object[], currentMetrics: readonly object[] = []) =>
    targets?.of({ ...a({ metrics }), status: { currentMetrics } } as never, 0);
  const [hits, queue, queueAverage, , memory, ofContainer, ofCpu] = everyMetric;
  assert.equal(shown([ofCpu ?? {}]), "cpu: <unknown>/50%");
  assert.equal(
    shown(
      [ofCpu ?? {}],
      [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 10 } } }],
    ),
    "cpu: 10%/50%",
  );
  assert.equal(shown([hits ?? {}, queue ?? {}]), "<unknown>/100m, <unknown>/30");
  assert.equal(shown([queueAverage ?? {}, memory ?? {}]), "<unknown>/100m (avg), memory: <unknown>/1Gi");
  assert.equal(
    shown([ofContainer ?? {}, hits ?? {}, ofCpu ?? {}]),
    "cpu: <unknown>/60%, <unknown>/100m + 1 more...",
  );
  assert.equal(shown([]), "<none>");
});
