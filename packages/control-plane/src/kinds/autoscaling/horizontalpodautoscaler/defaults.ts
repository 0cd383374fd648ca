/** What the API server fills in on autoscalers (autoscaling/v2 defaults). Pure. */
import type { HorizontalPodAutoscaler, MetricSpec, ScalingRules } from "@kubus/shared/api/autoscaling.ts";
import { withChanged, withDefaults } from "../../../api/defaults.ts";
import type { Received } from "../../received.ts";

const cpuPercent = 80;

const usualMetrics: readonly MetricSpec[] = [
  {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuPercent } },
  },
];

const usualScaleUp: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
};

const usualScaleDown: ScalingRules = {
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
};

export function setHorizontalPodAutoscalerDefaults(
  autoscaler: Received<HorizontalPodAutoscaler>,
): HorizontalPodAutoscaler {
  const { spec = {} } = autoscaler;
  const filled = withDefaults(spec, { minReplicas: 1 });
  return {
    ...autoscaler,
    spec: {
      ...withChanged(filled, "behavior", ({ scaleUp = {}, scaleDown = {} }) => ({
        scaleUp: withDefaults(scaleUp, usualScaleUp),
        scaleDown: withDefaults(scaleDown, usualScaleDown),
      })),
      metrics: (spec.metrics ?? []).length === 0 ? usualMetrics : spec.metrics,
    },
  } as HorizontalPodAutoscaler;
}
