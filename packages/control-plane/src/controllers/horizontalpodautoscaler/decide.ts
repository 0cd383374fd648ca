/**
 * What an autoscaler comes to: the size, why, and what its conditions say. Pure; Kubernetes' own order of questions.
 *
 * The plan and the life are both made from this one answer.
 */
import type { HorizontalPodAutoscaler, MetricStatus } from "@kubus/shared/api/autoscaling.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";
import { allowed, minReplicasOf } from "./behavior.ts";
import { autoscalerLimits as limits } from "./limits.ts";
import { proposalOf, type MetricsVerdict } from "./metrics.ts";
import { scaleEventsOf } from "./scale-events.ts";
import { isFailure, type AutoscalerView, type ScaleTarget } from "./view.ts";

/** What a condition says, without its time. */
export type Verdict = Pick<Condition, "type" | "status"> & {
  readonly reason: string;
  readonly message: string;
};

export interface Decision {
  readonly state:
    | "withoutTarget"
    | "measuring"
    | "resized"
    | "disabled"
    | "waitingForMetrics"
    | "steady"
    | "stabilising"
    | "limited";
  /** For people. */
  readonly why: string;
  /** Conditions to set, in this order. */
  readonly verdicts: readonly Verdict[];
  /** The figures that the status shows; undefined leaves those that it has. */
  readonly metrics?: readonly MetricStatus[];
  /** Warnings to tell, once for each change of what is wrong. */
  readonly complaints: readonly { readonly reason: string; readonly message: string }[];
  readonly resize?: { readonly to: number; readonly reason: string };
  /** What the figures ask for, before any limit. */
  readonly recommendation?: number;
}

type Hpa = HorizontalPodAutoscaler;

const verdict = (
  type: "AbleToScale" | "ScalingActive" | "ScalingLimited",
  status: "True" | "False",
  { reason, message }: { readonly reason: string; readonly message: string },
): Verdict => ({ type, status, reason, message });

export function decide(view: AutoscalerView, hpa: Hpa): Decision {
  const { target } = view;
  if (isFailure(target)) return withoutTarget(target.error);
  const { replicas } = target;
  const least = minReplicasOf(hpa.spec);
  const most = hpa.spec.maxReplicas;
  if (replicas === 0 && least !== 0) return disabled();
  if (replicas > most) return resized(most, "Current number of replicas above Spec.MaxReplicas");
  if (replicas < least) return resized(least, "Current number of replicas below Spec.MinReplicas");
  if (isActedOn(hpa, view.round.at))
    return { ...quiet("resized", `the size was set to ${replicas}; figures of the new pods come next`) };
  const { usage } = view.round;
  if (usage === undefined) {
    const boards = new Set(view.pods.map(({ spec }) => spec.nodeName)).size;
    return quiet("measuring", `asking ${boards} boards what ${view.pods.length} pods use`);
  }
  return selectorTrouble(view, target) ?? measured(view, hpa, { target, usage });
}

const quiet = (state: Decision["state"], why: string): Decision => ({
  state,
  why,
  verdicts: [],
  complaints: [],
});

const gotScale = verdict("AbleToScale", "True", {
  reason: "SucceededGetScale",
  message: "the HPA controller was able to get the target's current scale",
});

function withoutTarget(error: string): Decision {
  const reason = "FailedGetScale";
  const message = `the HPA controller was unable to get the target's current scale: ${error}`;
  return {
    state: "withoutTarget",
    why: error,
    verdicts: [verdict("AbleToScale", "False", { reason, message })],
    complaints: [{ reason, message: error }],
  };
}

function disabled(): Decision {
  const message = "scaling is disabled since the replica count of the target is zero";
  return {
    state: "disabled",
    why: message,
    verdicts: [gotScale, verdict("ScalingActive", "False", { reason: "ScalingDisabled", message })],
    metrics: [],
    complaints: [],
  };
}

const resized = (to: number, reason: string, more: Partial<Decision> = {}): Decision => ({
  state: "resized",
  why: `the size becomes ${to}: ${reason}`,
  metrics: [],
  complaints: [],
  ...more,
  verdicts: [
    ...(more.verdicts ?? []),
    verdict("AbleToScale", "True", {
      reason: "SucceededRescale",
      message: `the HPA controller was able to update the target scale to ${to}`,
    }),
  ],
  resize: { to, reason },
});

/** The size was set since these figures were asked for: they say nothing about the new pods. Times in status are whole seconds. */
const isActedOn = ({ status }: Hpa, roundAt: number): boolean =>
  status?.lastScaleTime !== undefined &&
  Date.parse(status.lastScaleTime) >= Math.floor(roundAt / 1_000) * 1_000;

function selectorTrouble(
  { claimants, hpa }: AutoscalerView,
  { selector }: ScaleTarget,
): Decision | undefined {
  if (selector === "") {
    const message = "the HPA target's scale is missing a selector";
    return inactive(
      { reason: "InvalidSelector", message },
      {
        complaint: { reason: "SelectorRequired", message: "selector is required" },
        error: "selector is required",
      },
    );
  }
  if (claimants.length < 2) return undefined;
  const keys = claimants.map((name) => `{${name} ${hpa?.metadata.namespace ?? ""}}`).join(" ");
  const message = `pods by selector ${selector} are controlled by multiple HPAs: [${keys}]`;
  const complaint = { reason: "AmbiguousSelector", message };
  return inactive(complaint, { complaint, error: message });
}

interface Complaint {
  readonly reason: string;
  readonly message: string;
}

function inactive(
  said: Complaint,
  { complaint, error }: { readonly complaint: Complaint; readonly error: string },
): Decision {
  return {
    state: "waitingForMetrics",
    why: said.message,
    verdicts: [gotScale, verdict("ScalingActive", "False", said)],
    metrics: [],
    complaints: [complaint, { reason: "FailedComputeMetricsReplicas", message: error }],
  };
}

interface Known {
  readonly target: ScaleTarget;
  readonly usage: NonNullable<AutoscalerView["round"]["usage"]>;
}

function measured(view: AutoscalerView, hpa: Hpa, { target, usage }: Known): Decision {
  const { pods, now } = view;
  const found = proposalOf(hpa, { pods, usage, replicas: target.replicas, now });
  return found.best === undefined ? unmeasured(found) : sized(view, hpa, { target, found, best: found.best });
}

const complaintsOf = ({ invalid }: MetricsVerdict) =>
  invalid.map(({ reason, why }) => ({ reason, message: why }));

function unmeasured(found: MetricsVerdict): Decision {
  const { statuses, invalid, error = "" } = found;
  const { reason = "", why = "" } = invalid[0] ?? {};
  const message = `the HPA was unable to compute the replica count: ${why}`;
  return {
    state: "waitingForMetrics",
    why,
    verdicts: [gotScale, verdict("ScalingActive", "False", { reason, message })],
    metrics: statuses,
    complaints: [...complaintsOf(found), { reason: "FailedComputeMetricsReplicas", message: error }],
  };
}

interface Sized {
  readonly target: ScaleTarget;
  readonly found: MetricsVerdict;
  readonly best: NonNullable<MetricsVerdict["best"]>;
}

function sized(view: AutoscalerView, hpa: Hpa, { target, found, best }: Sized): Decision {
  const { now } = view;
  const current = target.replicas;
  const recommendations = [...view.recommendations, ...initialRecommendation(view, current)];
  const events = scaleEventsOf(hpa);
  const desired = best.replicas;
  const { replicas, stabilized, bounded } = allowed(hpa.spec, {
    current,
    desired,
    recommendations,
    events,
    now,
  });
  const active = verdict("ScalingActive", "True", {
    reason: "ValidMetricFound",
    message: `the HPA was able to successfully calculate a replica count from ${best.name}`,
  });
  const able = verdict("AbleToScale", "True", stabilized);
  const limited = verdict("ScalingLimited", bounded.isLimited ? "True" : "False", bounded);
  const rest = {
    metrics: found.statuses,
    complaints: complaintsOf(found),
    recommendation: desired,
  };
  if (replicas !== current) {
    const reason = desired > current ? `${best.name} above target` : "All metrics below target";
    return resized(replicas, reason, { ...rest, verdicts: [active, able, limited] });
  }
  const state = bounded.isLimited ? "limited" : stabilized.isHeld ? "stabilising" : "steady";
  const why =
    state === "steady"
      ? `${current} pods are what ${best.name} asks for`
      : `${desired} pods asked for, ${current} kept: ${bounded.isLimited ? bounded.message : stabilized.message}`;
  return { ...rest, state, why, verdicts: [active, able, limited] };
}

/** Whoever has just begun to look knows no former figures: what there is counts as what they asked for. */
const initialRecommendation = ({ recommendations, round }: AutoscalerView, current: number) =>
  recommendations.length === 0 ? [{ at: round.at, replicas: current }] : [];

/** Milliseconds until the figures are to be asked for again; undefined while the boards are being asked. */
export const nextLookInMs = ({ round, now }: AutoscalerView): number | undefined =>
  round.usage === undefined ? undefined : Math.max(0, round.at + limits.syncIntervalMs - now);
