/** Whether a pod may be evicted, by the disruption budget that is about it, and what the budget says then. Pure. */
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import { isReady, type Pod } from "@kubus/shared/api/pod.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";
import { Refusal, type Cause } from "@kubus/shared/errors/codes.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { forbidden } from "../refusals.ts";
import { labelQueryOf, matchesLabels } from "../selectors.ts";

/** More evictions than this that nobody confirmed are a sign that the controller is not there. */
const disruptedPodsMax = 2_000;
const budgetNames = { group: "policy", plural: "poddisruptionbudgets", kind: "PodDisruptionBudget" };

/** A selector that is there and empty means every pod of the namespace. */
export const isAbout = ({ spec }: PodDisruptionBudget, { metadata }: Pod): boolean =>
  matchesLabels(labelQueryOf(spec?.selector), metadata.labels);

/** A pod that serves nobody yet, or no more, disrupts nothing when it goes. */
export const isNoLoss = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined ||
  ["Succeeded", "Failed", "Pending"].includes(status?.phase ?? "Pending");

/** Whether an unhealthy pod may go without being counted: it adds nothing to what is healthy. */
export function isFreeToGo({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (isReady(pod)) return false;
  if (spec?.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** The budget after one more eviction. Throws a refusal when there must be none now. */
export function afterEviction(budget: PodDisruptionBudget, pod: string, now: number): PodDisruptionBudget {
  const { metadata, status } = budget;
  const { name, generation = 0 } = metadata;
  if (status === undefined || (status.observedGeneration ?? 0) < generation)
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
  const { disruptionsAllowed, disruptedPods = {}, desiredHealthy, currentHealthy } = status;
  if (disruptionsAllowed < 0) throw forbidden(budgetNames, name, "pdb disruptions allowed is negative");
  if (Object.keys(disruptedPods).length > disruptedPodsMax)
    throw forbidden(
      budgetNames,
      name,
      "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
    );
  if (disruptionsAllowed === 0) {
    const unknown = status.conditions?.find(({ reason }) => reason === "SyncFailed");
    throw tooMany(
      unknown?.status === "False"
        ? `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${unknown.message ?? ""}`
        : `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    );
  }
  const left = disruptionsAllowed - 1;
  const conditions =
    left > 0 ? status.conditions : allowedCondition(status.conditions ?? [], { allowed: 0, generation, now });
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: left,
      disruptedPods: { ...disruptedPods, [pod]: timestamp(now) },
      ...(conditions === undefined ? {} : { conditions }),
    },
  };
}

function tooMany(message: string, retryAfterSeconds = 0): Refusal {
  return new Refusal("tooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
    ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
    causes: [{ reason: "DisruptionBudget", message } as Cause],
  });
}

/** Conditions with the word on whether disruptions are allowed. Its time moves only when the word changes. */
export function allowedCondition(
  conditions: readonly Condition[],
  {
    allowed,
    generation,
    now,
  }: { readonly allowed: number; readonly generation: number; readonly now: number },
): readonly Condition[] {
  const type = "DisruptionAllowed";
  return withCondition(conditions, {
    type,
    status: allowed > 0 ? "True" : "False",
    reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
    message: "",
    observedGeneration: generation,
    lastTransitionTime: timestamp(now),
  });
}

export function withCondition(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const before = conditions.find(({ type }) => type === next.type);
  const { lastTransitionTime } = before ?? {};
  const isOld = before?.status === next.status && lastTransitionTime !== undefined;
  const kept = isOld ? { ...next, lastTransitionTime } : next;
  if (before === undefined) return [...conditions, kept];
  return conditions.map((condition) => (condition === before ? kept : condition));
}
