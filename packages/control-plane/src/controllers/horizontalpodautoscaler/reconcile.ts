/**
 * HorizontalPodAutoscaler: sizes its target so that what the pods use comes near what was asked for. Pure.
 *
 * It acts once on each look at the figures: what was measured says nothing about pods that came since.
 */
import type { HorizontalPodAutoscaler, MetricStatus } from "@kubus/shared/api/autoscaling.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { isSame } from "../../api/same.ts";
import { withCondition } from "../../api/verbs/disruption-budget.ts";
import { horizontalPodAutoscalerKind } from "../../kinds/index.ts";
import { apiVersionOf } from "../../kinds/kind-table.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
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
  const status = statusOf(view, hpa, decision);
  const isNews = !isSame(hpa.status?.conditions, status.conditions);
  return {
    effects: [
      ...resize(view, hpa, decision),
      // Told when it changes and not every 15 seconds: the condition stays, and an idle cluster writes nothing.
      ...(isNews ? decision.complaints.map((complaint) => warn(hpa, complaint)) : []),
      ...writeStatus(hpa, status),
    ],
  };
}

function resize({ target, now }: AutoscalerView, hpa: Hpa, { resize: step }: Decision): readonly Effect[] {
  if (step === undefined || isFailure(target)) return [];
  const text = `New size: ${step.to}; reason: ${step.reason}`;
  const about = referenceTo(hpa);
  const event = { at: now, change: step.to - target.replicas };
  const patch = { metadata: { annotations: { [scaleEventsAnnotation]: withScaleEvent(hpa, event) } } };
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
    ...(hpa.spec.behavior === undefined
      ? []
      : [{ type: "patch" as const, kind: horizontalPodAutoscalerKind, target: targetOf(hpa), patch }]),
  ];
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

/** What a load of the same percentage is in thousandths changes all the time, and is no news. */
function writeStatus(hpa: Hpa, next: Status): readonly Effect[] {
  if (isSame(inPercent(hpa.status), inPercent(next))) return [];
  return [{ type: "writeStatus", kind: horizontalPodAutoscalerKind, target: targetOf(hpa), status: next }];
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
