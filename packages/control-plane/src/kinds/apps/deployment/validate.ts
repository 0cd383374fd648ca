/** The rules of deployments (apps validation). Pure. */
import type { Deployment, DeploymentStatus, DeploymentStrategy } from "@kubus/shared/api/workload.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validateNotNegative, when } from "../../rules.ts";
import { validateSelector, validateTemplate } from "../../template/validate.ts";
import { validateCollisions, validateCounts, validateParts } from "../counts.ts";
import { isNoShare, validateNotMoreThanAll, validateShare } from "../shares.ts";

const types = ["Recreate", "RollingUpdate"];
const strategyField = "spec.strategy";

export function validateDeployment({ spec = {} }: Received<Deployment>): readonly Cause[] {
  const { minReadySeconds = 0, progressDeadlineSeconds } = spec;
  return [
    ...validateNotNegative(spec.replicas, "spec.replicas"),
    ...validateSelector(spec.selector, spec.template, { owner: "deployment" }),
    ...validateTemplate(spec.template, "spec.template"),
    ...validateStrategy(spec.strategy ?? {}),
    ...validateNotNegative(minReadySeconds, "spec.minReadySeconds"),
    ...validateNotNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"),
    ...validateNotNegative(progressDeadlineSeconds, "spec.progressDeadlineSeconds"),
    ...when(
      progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds,
      cause.invalid(
        "spec.progressDeadlineSeconds",
        progressDeadlineSeconds,
        "must be greater than minReadySeconds",
      ),
    ),
  ];
}

function validateStrategy(strategy: Received<DeploymentStrategy>): readonly Cause[] {
  const { type = "", rollingUpdate } = strategy;
  const field = `${strategyField}.rollingUpdate`;
  if (!types.includes(type)) return [cause.notSupported(strategyField, strategy, types)];
  if (type === "Recreate")
    return when(
      rollingUpdate !== undefined,
      cause.forbidden(field, "may not be specified when strategy `type` is 'Recreate'"),
    );
  const { maxSurge = 0, maxUnavailable = 0 } = rollingUpdate ?? {};
  return [
    ...validateShare(maxUnavailable, `${field}.maxUnavailable`),
    ...validateShare(maxSurge, `${field}.maxSurge`),
    ...when(
      isNoShare(maxSurge) && isNoShare(maxUnavailable),
      cause.invalid(`${field}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0"),
    ),
    ...validateNotMoreThanAll(maxUnavailable, `${field}.maxUnavailable`),
  ];
}

export const validateDeploymentStatus = (
  { status: next }: Deployment,
  { status: previous }: Deployment,
): readonly Cause[] => [
  ...validateCounts<DeploymentStatus>(next, [
    "observedGeneration",
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "collisionCount",
  ]),
  ...validateParts<DeploymentStatus>(next, [
    { field: "updatedReplicas", of: "replicas" },
    { field: "readyReplicas", of: "replicas" },
    { field: "availableReplicas", of: "replicas" },
    { field: "availableReplicas", of: "readyReplicas", named: "readyReplicas" },
  ]),
  ...validateCollisions(next, previous),
];
