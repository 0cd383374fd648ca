/** What an autoscaler's metrics ask for together: the most that any of them asks for. Pure. */
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from "@kubus/shared/api/autoscaling.ts";
import { canonicalQuantity, milliValue, parseQuantity } from "@kubus/shared/api/quantity.ts";
import { autoscalerLimits } from "./limits.ts";
import {
  replicasForAverage,
  replicasForUtilization,
  type Proposal,
  type ReplicasView,
  type Tolerances,
} from "./replicas.ts";
import { isFailure, type Failure } from "./view.ts";

export type Load = Omit<ReplicasView, "measure" | "tolerances">;

/** Why a metric cannot be used: the words of its event and its condition, and those of the sum of all. */
interface Invalid {
  readonly reason: string;
  readonly why: string;
  readonly inSum: string;
}

interface Valid {
  readonly replicas: number;
  /** `cpu resource utilization (percentage of request)` */
  readonly name: string;
  readonly status: MetricStatus;
}

export interface MetricsVerdict {
  /** The highest proposal; undefined when too little is known to change anything. */
  readonly best: { readonly replicas: number; readonly name: string } | undefined;
  /** In the order of the spec; one without figures says nothing. */
  readonly statuses: readonly MetricStatus[];
  readonly invalid: readonly Pick<Invalid, "reason" | "why">[];
  /** What all that is wrong comes to. */
  readonly error: string | undefined;
}

/** What stands for a metric without figures, so that kubectl finds the others in their places. */
const noFigures = { type: "" } as unknown as MetricStatus;

export function proposalOf({ spec }: HorizontalPodAutoscaler, load: Load): MetricsVerdict {
  const { metrics = [] } = spec;
  const tolerances = tolerancesOf(spec);
  const results = metrics.map((metric) => resultOf(metric, load, tolerances));
  const invalid = results.filter((result) => "why" in result);
  const valid = results.filter((result) => "name" in result);
  const best = valid.reduce<Valid | undefined>(
    (most, one) => (most === undefined || one.replicas > most.replicas ? one : most),
    undefined,
  );
  const first = invalid[0];
  // With a part of the figures one may grow, never shrink: the others might have asked for more.
  const isEnough = best !== undefined && (first === undefined || best.replicas >= load.replicas);
  return {
    best: isEnough ? best : undefined,
    statuses: results.map((result) => ("status" in result ? result.status : noFigures)),
    invalid,
    error:
      first === undefined
        ? undefined
        : `invalid metrics (${invalid.length} invalid out of ${metrics.length}), first error is: ${first.inSum}`,
  };
}

const tolerancesOf = ({ behavior }: HorizontalPodAutoscaler["spec"]): Tolerances => ({
  up: shareOf(behavior?.scaleUp?.tolerance),
  down: shareOf(behavior?.scaleDown?.tolerance),
});

const billion = 1_000_000_000;

function shareOf(quantity: string | undefined): number {
  const billionths = quantity === undefined ? undefined : parseQuantity(quantity);
  return billionths === undefined ? autoscalerLimits.tolerance : Number(billionths) / billion;
}

const noApi = (kind: string) => `there is no ${kind} metrics API`;

function resultOf(metric: MetricSpec, load: Load, tolerances: Tolerances): Valid | Invalid {
  switch (metric.type) {
    case "Resource":
      return ofResource(metric, load, tolerances);
    case "ContainerResource":
      return ofContainer(metric, load, tolerances);
    case "Pods": {
      const name = metric.pods?.metric.name ?? "";
      const why = `unable to get metric ${name}: unable to fetch metrics from custom metrics API: ${noApi("custom")}`;
      return { reason: "FailedGetPodsMetric", why, inSum: `failed to get pods metric value: ${why}` };
    }
    case "Object": {
      const { describedObject, metric: named } = metric.object ?? {};
      const about = `${describedObject?.kind ?? ""} ${describedObject?.name ?? ""}`;
      const why = `unable to get metric ${named?.name ?? ""}: ${about}: unable to fetch metrics from custom metrics API: ${noApi("custom")}`;
      return { reason: "FailedGetObjectMetric", why, inSum: `failed to get object metric value: ${why}` };
    }
    case "External": {
      const name = metric.external?.metric.name ?? "";
      const why = `unable to get external metric ${name}: unable to fetch metrics from external metrics API: ${noApi("external")}`;
      return {
        reason: "FailedGetExternalMetric",
        why,
        inSum: `failed to get ${name} external metric value: ${why}`,
      };
    }
    default: {
      const why = `unknown metric source type ${JSON.stringify(metric.type)}`;
      return { reason: "InvalidMetricSourceType", why, inSum: why };
    }
  }
}

function ofResource({ resource }: MetricSpec, load: Load, tolerances: Tolerances): Valid | Invalid {
  const { name = "", target } = resource ?? {};
  const view = { ...load, tolerances, measure: { resource: name } };
  const found = aimed(view, target);
  if (isFailure(found)) {
    const inSum = `failed to get ${name} resource metric value: ${found.error}`;
    return { reason: "FailedGetResourceMetric", why: found.error, inSum };
  }
  const { replicas, title, current } = found;
  return {
    replicas,
    name: `${name} resource${title}`,
    status: { type: "Resource", resource: { name, current } },
  };
}

function ofContainer({ containerResource }: MetricSpec, load: Load, tolerances: Tolerances): Valid | Invalid {
  const { name = "", container = "", target } = containerResource ?? {};
  const found = aimed({ ...load, tolerances, measure: { resource: name, container } }, target);
  if (isFailure(found)) {
    const inSum = `failed to get ${container} container metric value: ${found.error}`;
    return { reason: "FailedGetContainerResourceMetric", why: found.error, inSum };
  }
  const { replicas, title, current } = found;
  return {
    replicas,
    name: `${name}${title === "" ? "" : " container"} resource${title}`,
    status: { type: "ContainerResource", containerResource: { name, container, current } },
  };
}

type Target = NonNullable<MetricSpec["resource"]>["target"] | undefined;

function aimed(view: ReplicasView, target: Target) {
  const { resource } = view.measure;
  const { averageValue, averageUtilization } = target ?? {};
  if (averageValue !== undefined) {
    const found = replicasForAverage(view, milliValue(averageValue));
    return isFailure(found)
      ? failed(`failed to get ${resource} usage`, found)
      : { replicas: found.replicas, title: "", current: currentOf(found) };
  }
  if (averageUtilization === undefined)
    return {
      error:
        "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set",
    };
  const found = replicasForUtilization(view, averageUtilization);
  return isFailure(found)
    ? failed(`failed to get ${resource} utilization`, found)
    : {
        replicas: found.replicas,
        title: " utilization (percentage of request)",
        current: currentOf(found),
      };
}

const failed = (what: string, { error }: Failure): Failure => ({ error: `${what}: ${error}` });

const currentOf = ({ average, utilization }: Proposal) => ({
  averageValue: canonicalQuantity(`${average}m`) ?? String(average),
  ...(utilization === undefined ? {} : { averageUtilization: utilization }),
});
