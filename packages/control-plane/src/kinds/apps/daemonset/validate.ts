/** The rules of daemon sets (apps validation). Pure. */
import type { DaemonSet, DaemonSetStatus, DaemonSetUpdateStrategy } from "@kubus/shared/api/workload.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validateNotNegative, when } from "../../rules.ts";
import { validateSelector, validateTemplate } from "../../template/validate.ts";
import { validateCollisions, validateCounts } from "../counts.ts";
import { isNoShare, validateNotMoreThanAll, validateShare } from "../shares.ts";

const types = ["RollingUpdate", "OnDelete"];

export const validateDaemonSet = ({ spec = {} }: Received<DaemonSet>): readonly Cause[] => [
  ...validateSelector(spec.selector, spec.template, { owner: "daemonset", isOptional: true }),
  ...validateTemplate(spec.template, "spec.template", "DaemonSet"),
  ...validateNotNegative(spec.minReadySeconds, "spec.minReadySeconds"),
  ...validateStrategy(spec.updateStrategy ?? {}, "spec.updateStrategy"),
  ...validateNotNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"),
];

function validateStrategy(strategy: Received<DaemonSetUpdateStrategy>, field: string): readonly Cause[] {
  const { type = "", rollingUpdate = {} } = strategy;
  if (!types.includes(type)) return [cause.notSupportedInOrder(field, strategy, types)];
  if (type === "OnDelete") return [];
  const { maxSurge = 0, maxUnavailable = 0 } = rollingUpdate;
  const at = `${field}.rollingUpdate`;
  return [
    ...validateShare(maxUnavailable, `${at}.maxUnavailable`),
    ...validateShare(maxSurge, `${at}.maxSurge`),
    ...validateNotMoreThanAll(maxUnavailable, `${at}.maxUnavailable`),
    ...validateNotMoreThanAll(maxSurge, `${at}.maxSurge`),
    ...when(
      !isNoShare(maxUnavailable) && !isNoShare(maxSurge),
      cause.invalid(`${at}.maxSurge`, maxSurge, "may not be set when maxUnavailable is non-zero"),
    ),
    ...when(
      isNoShare(maxUnavailable) && isNoShare(maxSurge),
      cause.required(`${at}.maxUnavailable`, "cannot be 0 when maxSurge is 0"),
    ),
  ];
}

export const validateDaemonSetStatus = (
  { status: next }: DaemonSet,
  { status: previous }: DaemonSet,
): readonly Cause[] => [
  ...validateCounts<DaemonSetStatus>(next, [
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
    "observedGeneration",
    "updatedNumberScheduled",
    "numberAvailable",
    "numberUnavailable",
    "collisionCount",
  ]),
  ...validateCollisions(next, previous),
];
