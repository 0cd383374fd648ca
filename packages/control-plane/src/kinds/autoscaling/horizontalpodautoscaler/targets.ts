/** The targets of an autoscaler as kubectl prints them: `cpu: 10%/50%`, `100m/500m (avg)`. Pure. */
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValue,
} from "@kubus/shared/api/autoscaling.ts";

const unknown = "<unknown>";
/** Printed in full; the rest is only counted. */
const shownMax = 2;

export function targetsOf({ spec, status }: HorizontalPodAutoscaler): string {
  const { metrics = [] } = spec;
  if (metrics.length === 0) return "<none>";
  const texts = metrics.map((metric, i) => metricText(metric, status?.currentMetrics?.[i]));
  const shown = texts.slice(0, shownMax).join(", ");
  return texts.length > shownMax ? `${shown} + ${texts.length - shownMax} more...` : shown;
}

function metricText(metric: MetricSpec, status: MetricStatus | undefined): string {
  switch (metric.type) {
    case "External":
      return valueText(metric.external?.target, status?.external?.current);
    case "Object":
      return valueText(metric.object?.target, status?.object?.current);
    case "Pods":
      return `${status?.pods?.current.averageValue ?? unknown}/${metric.pods?.target.averageValue ?? unknown}`;
    case "Resource":
      return resourceText(metric.resource, status?.resource?.current);
    case "ContainerResource":
      return resourceText(metric.containerResource, status?.containerResource?.current);
    default:
      return "<unknown type>";
  }
}

const valueText = (target: MetricTarget | undefined, current: MetricValue | undefined): string =>
  target?.averageValue === undefined
    ? `${current?.value ?? unknown}/${target?.value ?? unknown}`
    : `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;

interface Resource {
  readonly name: string;
  readonly target: MetricTarget;
}

function resourceText(resource: Resource | undefined, current: MetricValue | undefined): string {
  const { name = "", target } = resource ?? {};
  if (target?.averageValue !== undefined)
    return `${name}: ${current?.averageValue ?? unknown}/${target.averageValue}`;
  return `${name}: ${percent(current?.averageUtilization) ?? unknown}/${percent(target?.averageUtilization) ?? "<auto>"}`;
}

const percent = (amount: number | undefined): string | undefined =>
  amount === undefined ? undefined : `${amount}%`;
