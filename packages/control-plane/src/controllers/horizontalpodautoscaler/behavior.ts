/**
 * From what the figures ask for to what may be done now: windows, policies, bounds. Pure; Kubernetes' rules and words.
 */
import type { HorizontalPodAutoscaler, ScalingRules } from "@kubus/shared/api/autoscaling.ts";
import { autoscalerLimits as limits } from "./limits.ts";
import type { Recommendation, ScaleEvent } from "./view.ts";

export interface Wish {
  /** What is asked for now. */
  readonly current: number;
  /** What the figures ask for. */
  readonly desired: number;
  readonly recommendations: readonly Recommendation[];
  readonly events: readonly ScaleEvent[];
  readonly now: number;
}

interface Said {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

export interface Allowed {
  readonly replicas: number;
  /** What the condition AbleToScale says. */
  readonly stabilized: Said & { readonly isHeld: boolean };
  /** What the condition ScalingLimited says. */
  readonly bounded: Said & { readonly isLimited: boolean };
}

type Spec = HorizontalPodAutoscaler["spec"];

export const minReplicasOf = ({ minReplicas = 1 }: Spec): number => minReplicas;

export function allowed(spec: Spec, wish: Wish): Allowed {
  const stabilized = stabilize(spec, wish);
  const asked = { ...wish, desired: stabilized.replicas };
  const bounded = spec.behavior === undefined ? usualBounds(spec, asked) : behaviorBounds(spec, asked);
  return {
    replicas: bounded.replicas,
    stabilized: { ...stabilized, isHeld: stabilized.replicas !== wish.desired },
    bounded: { ...bounded, isLimited: bounded.replicas !== stabilized.replicas },
  };
}

const ready = { reason: "ReadyForNewScale", message: "recommended size matches current size" };
const fromLowest = {
  reason: "ScaleUpStabilized",
  message: "recent recommendations were lower than current one, applying the lowest recent recommendation",
};
const fromHighest = {
  reason: "ScaleDownStabilized",
  message: "recent recommendations were higher than current one, applying the highest recent recommendation",
};

/** Within its window, the highest recommendation counts on the way down, the lowest on the way up. */
function stabilize({ behavior }: Spec, { current, desired, recommendations, now }: Wish): Said {
  const within = (seconds: number) => [
    desired,
    ...recommendations.filter(({ at }) => at > now - seconds * 1_000).map(({ replicas }) => replicas),
  ];
  const down = behavior?.scaleDown?.stabilizationWindowSeconds ?? limits.downscaleStabilizationSeconds;
  const highest = Math.max(...within(down));
  if (behavior === undefined) {
    return highest === desired ? { replicas: desired, ...ready } : { replicas: highest, ...fromHighest };
  }
  const lowest = Math.min(...within(behavior.scaleUp?.stabilizationWindowSeconds ?? 0));
  const replicas = Math.min(Math.max(current, lowest), highest);
  if (replicas === desired) return { replicas, ...ready };
  return { replicas, ...(desired >= current ? fromLowest : fromHighest) };
}

const inRange = (replicas: number): Said => ({
  replicas,
  reason: "DesiredWithinRange",
  message: "the desired count is within the acceptable range",
});
const tooMany = {
  reason: "TooManyReplicas",
  message: "the desired replica count is more than the maximum replica count",
};
const tooFew = {
  reason: "TooFewReplicas",
  message: "the desired replica count is less than the minimum replica count",
};
const tooFastUp = {
  reason: "ScaleUpLimit",
  message: "the desired replica count is increasing faster than the maximum scale rate",
};
const tooFastDown = {
  reason: "ScaleDownLimit",
  message: "the desired replica count is decreasing faster than the maximum scale rate",
};

function usualBounds(spec: Spec, { current, desired }: Wish): Said {
  const rate = Math.max(limits.scaleUpFactor * current, limits.scaleUpMin);
  const least = minReplicasOf(spec);
  if (desired < least) return { replicas: least, ...tooFew };
  const most = Math.min(spec.maxReplicas, rate);
  if (desired > most) return { replicas: most, ...(spec.maxReplicas > rate ? tooFastUp : tooMany) };
  return inRange(desired);
}

function behaviorBounds(spec: Spec, wish: Wish): Said {
  const { current, desired } = wish;
  const { scaleUp = {}, scaleDown = {} } = spec.behavior ?? {};
  if (desired > current) {
    const rate = Math.max(current, rateLimit(scaleUp, wish, "up"));
    const most = Math.min(spec.maxReplicas, rate);
    if (desired > most) return { replicas: most, ...(spec.maxReplicas > rate ? tooFastUp : tooMany) };
  } else if (desired < current) {
    const rate = Math.min(current, rateLimit(scaleDown, wish, "down"));
    const least = Math.max(minReplicasOf(spec), rate);
    if (desired < least) return { replicas: least, ...(minReplicasOf(spec) < rate ? tooFastDown : tooFew) };
  }
  return inRange(desired);
}

/** How far the policies let the size go, counted from what it was when each policy's period began. */
function rateLimit(
  { policies = [], selectPolicy = "Max" }: ScalingRules,
  { current, events, now }: Wish,
  direction: "up" | "down",
): number {
  if (selectPolicy === "Disabled" || policies.length === 0) return current;
  const ends = policies.map(({ type, value, periodSeconds }) => {
    const recent = events.filter(({ at }) => at > now - periodSeconds * 1_000);
    const before = current - recent.reduce((sum, { change }) => sum + change, 0);
    if (direction === "up") return type === "Pods" ? before + value : Math.ceil(before * (1 + value / 100));
    return type === "Pods" ? before - value : Math.trunc(before * (1 - value / 100));
  });
  const isFurthest = selectPolicy === "Max";
  return (direction === "up") === isFurthest ? Math.max(...ends) : Math.min(...ends);
}
