/** The rules of disruption budgets (policy validation). Pure. */
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { validateNotMoreThanAll, validateShare, type Share } from "../../apps/shares.ts";
import { cause } from "../../causes.ts";
import { validateConditions } from "../../conditions.ts";
import type { Received } from "../../received.ts";
import { validateNotNegative, when } from "../../rules.ts";
import { validateLabelSelector } from "../../label-selector.ts";

const policies = ["AlwaysAllow", "IfHealthyBudget"];

export function validatePodDisruptionBudget({ spec = {} }: Received<PodDisruptionBudget>): readonly Cause[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  return [
    ...when(
      minAvailable !== undefined && maxUnavailable !== undefined,
      cause.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set"),
    ),
    ...validateNumber(minAvailable, "spec.minAvailable"),
    ...validateNumber(maxUnavailable, "spec.maxUnavailable"),
    ...(selector === undefined ? [] : validateLabelSelector(selector, "spec.selector")),
    ...when(
      policy !== undefined && !policies.includes(policy),
      cause.notSupported("spec.unhealthyPodEvictionPolicy", policy, policies),
    ),
  ];
}

const validateNumber = (share: Share | undefined, field: string): readonly Cause[] =>
  share === undefined ? [] : [...validateShare(share, field), ...validateNotMoreThanAll(share, field)];

const counts = ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] as const;

export const validatePodDisruptionBudgetStatus = ({
  status,
}: Received<PodDisruptionBudget>): readonly Cause[] => [
  ...validateConditions(status?.conditions, "status.conditions"),
  ...counts.flatMap((name) => validateNotNegative(status?.[name], `status.${name}`)),
];
