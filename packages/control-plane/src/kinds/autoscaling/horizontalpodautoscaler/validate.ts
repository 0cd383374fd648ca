/** The rules of autoscalers: bounds, target, behaviour (autoscaling validation). Pure. */
import type { HorizontalPodAutoscaler, ScalingRules } from "@kubus/shared/api/autoscaling.ts";
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { each, validateNotNegative, when } from "../../rules.ts";
import { validateMetric } from "./validate-metric.ts";
import { validateReference } from "./validate-reference.ts";

const windowSecondsMax = 3_600;
const periodSecondsMax = 1_800;

export function validateHorizontalPodAutoscaler({
  spec = {},
}: Received<HorizontalPodAutoscaler>): readonly Cause[] {
  const { minReplicas, maxReplicas = 0, scaleTargetRef = {}, metrics, behavior } = spec;
  return [
    ...when(
      minReplicas !== undefined && minReplicas < 1,
      cause.invalid("spec.minReplicas", minReplicas, "must be greater than or equal to 1"),
    ),
    ...when(maxReplicas < 1, cause.invalid("spec.maxReplicas", maxReplicas, "must be greater than 0")),
    ...when(
      minReplicas !== undefined && maxReplicas < minReplicas,
      cause.invalid("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`"),
    ),
    ...validateReference(scaleTargetRef, "spec.scaleTargetRef"),
    ...each(metrics, "spec.metrics", validateMetric),
    ...when(
      minReplicas === 0 && !(metrics ?? []).some(({ type }) => type === "Object" || type === "External"),
      cause.forbidden(
        "spec.metrics",
        "must specify at least one Object or External metric to support scaling to zero replicas",
      ),
    ),
    ...validateRules(behavior?.scaleUp, "spec.behavior.scaleUp"),
    ...validateRules(behavior?.scaleDown, "spec.behavior.scaleDown"),
  ];
}

function validateRules(rules: Received<ScalingRules> | undefined, field: string): readonly Cause[] {
  if (rules === undefined) return [];
  const { stabilizationWindowSeconds: window = 0, selectPolicy = "Max", policies = [], tolerance } = rules;
  const windowField = `${field}.stabilizationWindowSeconds`;
  const select = ["Disabled", "Max", "Min"];
  return [
    ...when(window < 0, cause.invalid(windowField, window, "must be greater than or equal to zero")),
    ...when(
      window > windowSecondsMax,
      cause.invalid(windowField, window, `must be less than or equal to ${windowSecondsMax}`),
    ),
    ...when(
      !select.includes(selectPolicy),
      cause.notSupported(`${field}.selectPolicy`, selectPolicy, select),
    ),
    ...when(policies.length === 0, cause.required(`${field}.policies`, "must specify at least one Policy")),
    ...each(policies, `${field}.policies`, validatePolicy),
    ...when(
      tolerance !== undefined && (parseQuantity(tolerance) ?? 0n) < 0n,
      cause.invalid(`${field}.tolerance`, tolerance, "must be greater than or equal to 0"),
    ),
  ];
}

function validatePolicy(
  { type = "", value = 0, periodSeconds = 0 }: NonNullable<Received<ScalingRules>["policies"]>[number],
  at: string,
): readonly Cause[] {
  const types = ["Percent", "Pods"];
  const periodField = `${at}.periodSeconds`;
  return [
    ...when(!types.includes(type), cause.notSupported(`${at}.type`, type, types)),
    ...when(value <= 0, cause.invalid(`${at}.value`, value, "must be greater than zero")),
    ...when(periodSeconds <= 0, cause.invalid(periodField, periodSeconds, "must be greater than zero")),
    ...when(
      periodSeconds > periodSecondsMax,
      cause.invalid(periodField, periodSeconds, `must be less than or equal to ${periodSecondsMax}`),
    ),
  ];
}

export const validateHorizontalPodAutoscalerStatus = ({
  status,
}: HorizontalPodAutoscaler): readonly Cause[] => [
  ...validateNotNegative(status?.currentReplicas, "status.currentReplicas"),
  ...validateNotNegative(status?.desiredReplicas, "status.desiredReplicas"),
];
