/** autoscaling/v2beta1: metrics in their flat form, and the behaviour in an annotation. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { MetricSpec, MetricStatus } from "@kubus/shared/api/autoscaling.ts";
import {
  keptIn,
  metadataKeeping,
  withGoNames,
  withJsonNames,
} from "../../autoscaling/horizontalpodautoscaler/annotations.ts";
import {
  flatSpec,
  flatStatus,
  specOfFlat,
  statusOfFlat,
} from "../../autoscaling/horizontalpodautoscaler/flat-metrics.ts";
import type { Conversion } from "../../other-version.ts";
import { changed, changedEach, isFields, omit, said, type Fields, type Loose } from "../fields.ts";

const inMetrics = (
  object: KubeObject,
  ofSpec: (metric: Fields) => Fields,
  ofStatus: (metric: Fields) => Fields,
): KubeObject => {
  const withSpec = changed(object as unknown as Fields, "spec", (spec) =>
    changedEach(spec, "metrics", ofSpec),
  );
  return changed(withSpec, "status", (status) =>
    changedEach(status, "currentMetrics", ofStatus),
  ) as unknown as KubeObject;
};

export const readFlatAutoscaler: Conversion = (autoscaler) => {
  const behavior = withJsonNames(keptIn(autoscaler, "behavior"));
  const { spec, ...rest } = inMetrics(
    autoscaler,
    (metric) => specOfFlat(metric) as unknown as Fields,
    (metric) => statusOfFlat(metric) as unknown as Fields,
  ) as Loose;
  return {
    ...rest,
    metadata: metadataKeeping(autoscaler, {}),
    ...(spec === undefined ? {} : { spec: said({ ...spec, behavior }) }),
  };
};

export const writeFlatAutoscaler: Conversion = (autoscaler) => {
  const behavior = (autoscaler as Loose).spec?.["behavior"];
  const { spec, ...rest } = inMetrics(
    autoscaler,
    (metric) => flatSpec(metric as unknown as MetricSpec) as Fields,
    (metric) => flatStatus(metric as unknown as MetricStatus) as Fields,
  ) as Loose;
  return {
    ...rest,
    metadata: metadataKeeping(autoscaler, {
      behavior: isFields(behavior) ? withGoNames(behavior) : undefined,
    }),
    ...(spec === undefined ? {} : { spec: omit(spec, "behavior") }),
  };
};
