/** autoscaling/v1: one number for the load of the CPU, and everything else in annotations. Pure. */
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from "@kubus/shared/api/autoscaling.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { otherVersion } from "../../other-version.ts";
import type { Received } from "../../received.ts";
import { keptIn, metadataKeeping, withGoNames, withJsonNames } from "./annotations.ts";
import { flatSpec, flatStatus, specOfFlat, statusOfFlat, type FlatMetric } from "./flat-metrics.ts";
import { horizontalPodAutoscalerKind } from "./kind.ts";

type Spec = HorizontalPodAutoscaler["spec"];
type Status = NonNullable<HorizontalPodAutoscaler["status"]>;

interface AutoscalerV1 extends KubeObject {
  readonly spec?: Omit<Received<Spec>, "metrics" | "behavior"> & {
    readonly targetCPUUtilizationPercentage?: number;
  };
  readonly status?: Omit<Received<Status>, "currentMetrics" | "conditions"> & {
    readonly currentCPUUtilizationPercentage?: number;
  };
}

const isOfCpu = ({ type, resource }: MetricSpec | MetricStatus): boolean =>
  type === "Resource" && resource?.name === "cpu";
const percentOf = ({ resource }: MetricSpec): number | undefined => resource?.target.averageUtilization;

const said = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;

function fromStored(object: KubeObject): KubeObject {
  const { spec, status, ...rest } = object as Received<HorizontalPodAutoscaler>;
  const { metrics = [], behavior, ...bounds } = (spec ?? {}) as Spec;
  const { currentMetrics = [], conditions = [], ...counts } = (status ?? {}) as Status;
  const ofCpu = metrics.find((metric) => isOfCpu(metric) && percentOf(metric) !== undefined);
  const metadata = metadataKeeping(object, {
    metrics: metrics.filter((metric) => metric !== ofCpu).map(flatSpec),
    "current-metrics": currentMetrics.map(flatStatus),
    conditions,
    behavior: behavior === undefined ? undefined : withGoNames(behavior),
  });
  const percentNow = currentMetrics.find(isOfCpu)?.resource?.current.averageUtilization;
  return {
    ...rest,
    metadata,
    spec: said({
      ...bounds,
      targetCPUUtilizationPercentage: ofCpu === undefined ? undefined : percentOf(ofCpu),
    }),
    ...(status === undefined
      ? {}
      : { status: said({ ...counts, currentCPUUtilizationPercentage: percentNow }) }),
  } as unknown as KubeObject;
}

function toStored(object: KubeObject): KubeObject {
  const { spec = {}, status, ...rest } = object as AutoscalerV1;
  const { targetCPUUtilizationPercentage: percent, ...bounds } = spec;
  const behavior = withJsonNames(keptIn(object, "behavior"));
  const metrics = [
    ...listIn(object, "metrics").map(specOfFlat),
    ...(percent === undefined ? [] : [cpuMetric(percent)]),
  ];
  return {
    ...rest,
    metadata: metadataKeeping(object, {}),
    // Without metrics there are the usual ones, as in autoscaling/v2.
    spec: said({ ...bounds, metrics: metrics.length === 0 ? undefined : metrics, behavior }),
    ...(status === undefined ? {} : { status: statusOf(object, status) }),
  } as unknown as KubeObject;
}

function statusOf(object: KubeObject, status: NonNullable<AutoscalerV1["status"]>): object {
  const { currentCPUUtilizationPercentage: percent, ...counts } = status;
  const kept = listIn(object, "current-metrics").map(statusOfFlat);
  const ofCpu = percent === undefined ? [] : [cpuStatus(percent)];
  // What was kept says more than the one number.
  const currentMetrics = kept.length > 0 ? kept : ofCpu;
  const conditions = keptIn(object, "conditions");
  return said({
    ...counts,
    currentMetrics: currentMetrics.length === 0 ? undefined : currentMetrics,
    conditions: Array.isArray(conditions) ? (conditions as unknown[]) : undefined,
  });
}

function listIn(object: KubeObject, part: "metrics" | "current-metrics"): readonly FlatMetric[] {
  const list = keptIn(object, part);
  return Array.isArray(list)
    ? list.filter((item): item is FlatMetric => typeof item === "object" && item !== null)
    : [];
}

const cpuMetric = (averageUtilization: number): MetricSpec => ({
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
});

const cpuStatus = (averageUtilization: number): MetricStatus => ({
  type: "Resource",
  resource: { name: "cpu", current: { averageUtilization } },
});

export const horizontalPodAutoscalerV1Kind = otherVersion({
  of: horizontalPodAutoscalerKind,
  group: "autoscaling",
  version: "v1",
  schema: "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler",
  read: toStored,
  write: fromStored,
});
