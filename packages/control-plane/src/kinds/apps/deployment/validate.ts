/** The rules of deployments (apps validation). Pure. */
import type { Deployment, DeploymentStrategy } from "@kubus/shared/api/workload.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validateNotNegative } from "../../rules.ts";
import { validateSelector, validateTemplate } from "../../template/validate.ts";

const types = ["Recreate", "RollingUpdate"];
const strategyField = "spec.strategy";

export function validateDeployment({ spec = {} }: Received<Deployment>): readonly Cause[] {
  const { minReadySeconds = 0, progressDeadlineSeconds } = spec;
  return [
    ...validateNotNegative(spec.replicas, "spec.replicas"),
    ...validateSelector(spec.selector, spec.template, "deployment"),
    ...validateTemplate(spec.template, "spec.template"),
    ...validateStrategy(spec.strategy ?? {}),
    ...validateNotNegative(minReadySeconds, "spec.minReadySeconds"),
    ...validateNotNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"),
    ...validateNotNegative(progressDeadlineSeconds, "spec.progressDeadlineSeconds"),
    ...(progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds
      ? [
          cause.invalid(
            "spec.progressDeadlineSeconds",
            progressDeadlineSeconds,
            "must be greater than minReadySeconds",
          ),
        ]
      : []),
  ];
}

function validateStrategy({ type = "", rollingUpdate }: Received<DeploymentStrategy>): readonly Cause[] {
  if (!types.includes(type)) return [cause.notSupported(`${strategyField}.type`, type, types)];
  if (type === "Recreate") {
    return rollingUpdate === undefined
      ? []
      : [
          cause.forbidden(
            `${strategyField}.rollingUpdate`,
            "may not be specified when strategy `type` is 'Recreate'",
          ),
        ];
  }
  const { maxSurge = 0, maxUnavailable = 0 } = rollingUpdate ?? {};
  const field = `${strategyField}.rollingUpdate`;
  const wrong = [
    ...validateShare(maxUnavailable, `${field}.maxUnavailable`, 100),
    ...validateShare(maxSurge, `${field}.maxSurge`, Number.POSITIVE_INFINITY),
  ];
  if (wrong.length > 0) return wrong;
  return isZero(maxSurge) && isZero(maxUnavailable)
    ? [cause.invalid(`${field}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0")]
    : [];
}

/** A number of pods, or a percentage of them. */
function validateShare(share: number | string, field: string, percentMax: number): readonly Cause[] {
  if (typeof share === "number") return validateNotNegative(share, field);
  if (!/^\d+%$/.test(share)) {
    return [
      cause.invalid(
        field,
        share,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    ];
  }
  return Number.parseInt(share, 10) > percentMax
    ? [cause.invalid(field, share, `must not be greater than ${percentMax}%`)]
    : [];
}

const isZero = (share: number | string): boolean =>
  (typeof share === "number" ? share : Number.parseInt(share, 10)) === 0;
