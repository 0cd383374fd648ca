/**
 * HorizontalPodAutoscaler: sizes its target so that what the pods use comes near what was asked for. Pure.
 *
 * It acts once on each look at the figures: what was measured says nothing about pods that came since.
 */
import type { HorizontalPodAutoscaler, MetricStatus } from "@kubus/shared/api/autoscaling.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { isSame } from "../../api/same.ts";
import { without } from "../../api/without.ts";
import { withCondition } from "../../api/verbs/disruption-budget.ts";
import { horizontalPodAutoscalerKind } from "../../kinds/index.ts";
import { apiVersionOf } from "../../kinds/kind-table.ts";
import { nothing, type Effect, type Failure, type Plan } from "../engine/plan.ts";
import { referenceTo, targetOf } from "../workload/ownership.ts";
import { decide, type Decision } from "./decide.ts";
import { scaleEventsAnnotation, withScaleEvent } from "./scale-events.ts";
import { isFailure, type AutoscalerView, type ScaleTarget } from "./view.ts";

type Hpa = HorizontalPodAutoscaler;
type Status = NonNullable<Hpa["status"]>;

export function reconcile(view: AutoscalerView): Plan {
  const { hpa } = view;
  if (hpa === undefined || hpa.metadata.deletionTimestamp !== undefined) return nothing;
  const decision = decide(view, hpa);
  if (decision.verdicts.length === 0) return nothing;
  const isNews = !isSame(hpa.status?.conditions, statusOf(view, hpa, decision).conditions);
  return {
    effects: [
      ...resize(view, hpa, decision),
      // Told when it changes and not every 15 seconds: the condition stays, and an idle cluster writes nothing.
      ...(isNews ? decision.complaints.map((complaint) => warn(hpa, complaint)) : []),
      report(view, hpa, decision),
      ...remember(view, hpa, decision),
    ],
  };
}

function resize({ target }: AutoscalerView, hpa: Hpa, { resize: step }: Decision): readonly Effect[] {
  if (step === undefined || isFailure(target)) return [];
  const text = `New size: ${step.to}; reason: ${step.reason}`;
  const about = referenceTo(hpa);
  return [
    {
      type: "patch",
      kind: target.kind,
      target: targetOf(target.object),
      patch: sizePatch(target, step.to),
      subresource: "scale",
      tells: { about, failure: { reason: "FailedRescale", text: `${text}; error: ` } },
    },
    { type: "recordEvent", about, eventType: "Normal", reason: "SuccessfulRescale", message: text },
  ];
}

/** What policies count. It is noted after the size was set: what did not happen uses nothing up. */
function remember({ target, now }: AutoscalerView, hpa: Hpa, { resize: step }: Decision): readonly Effect[] {
  if (step === undefined || isFailure(target) || hpa.spec.behavior === undefined) return [];
  const text = withScaleEvent(hpa, { at: now, change: step.to - target.replicas });
  const patch = { metadata: { annotations: { [scaleEventsAnnotation]: text } } };
  return [{ type: "patch", kind: horizontalPodAutoscalerKind, target: targetOf(hpa), patch }];
}

/** Names the size and nothing else, wherever the kind keeps it. */
function sizePatch({ kind, object }: ScaleTarget, replicas: number): object {
  const head = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: {} } as unknown as KubeObject;
  const {
    metadata: { uid, name, namespace },
  } = object;
  const sized = kind.scale?.withReplicas(head, replicas) ?? head;
  return { ...sized, metadata: { uid, name, namespace } };
}

const warn = (hpa: Hpa, { reason, message }: { reason: string; message: string }): Effect => ({
  type: "recordEvent",
  about: referenceTo(hpa),
  eventType: "Warning",
  reason,
  message,
});

function statusOf({ target, now }: AutoscalerView, hpa: Hpa, decision: Decision): Status {
  const { status, metadata } = hpa;
  const at = timestamp(now);
  const conditions = decision.verdicts.reduce(
    (all, verdict) => withCondition(all, { ...verdict, lastTransitionTime: at }),
    status?.conditions ?? [],
  );
  const { generation } = metadata;
  const base = {
    ...status,
    desiredReplicas: status?.desiredReplicas ?? 0,
    conditions,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  if (isFailure(target)) return base;
  const { resize: step, metrics, recommendation, state } = decision;
  const isKnown = step !== undefined || recommendation !== undefined || state === "disabled";
  return {
    ...base,
    currentReplicas: target.replicas,
    ...(isKnown ? { desiredReplicas: step?.to ?? target.replicas } : {}),
    ...(metrics === undefined ? {} : { currentMetrics: metrics }),
    ...(step === undefined ? {} : { lastScaleTime: at }),
  };
}

const report = (view: AutoscalerView, hpa: Hpa, decision: Decision): Effect => ({
  type: "reportStatus",
  kind: horizontalPodAutoscalerKind,
  target: targetOf(hpa),
  statusAfter: (failure) => {
    const next = statusOf(view, hpa, failure === undefined ? decision : notResized(decision, failure));
    // What a load of the same percentage is in thousandths changes all the time, and is no news.
    return isSame(inPercent(hpa.status), inPercent(next)) ? undefined : next;
  },
});

/** The target could not be given its size. */
function notResized(decision: Decision, { message }: Failure): Decision {
  const failed = {
    type: "AbleToScale",
    status: "False",
    reason: "FailedUpdateScale",
    message: `the HPA controller was unable to update the target scale: ${message}`,
  } as const;
  return { ...without(decision, "resize"), verdicts: [...decision.verdicts, failed] };
}

const inPercent = (status: Status | undefined) => ({
  ...status,
  currentMetrics: (status?.currentMetrics ?? []).map((metric: MetricStatus) => {
    const current = (metric.resource ?? metric.containerResource)?.current;
    return current?.averageUtilization === undefined
      ? metric
      : { type: metric.type, averageUtilization: current.averageUtilization };
  }),
});
