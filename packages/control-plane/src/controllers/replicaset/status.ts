/** What a replica set or replication controller says of its pods, and of what keeps it from making or ending them. Pure. */
import type { Condition } from "@kubus/shared/api/meta.ts";
import { isReady, type Pod } from "@kubus/shared/api/pod.ts";
import type { ReplicaSetStatus } from "@kubus/shared/api/workload.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { isSame } from "../../api/same.ts";
import type { Failure } from "../engine/plan.ts";
import { isAvailable } from "../workload/availability.ts";
import { matcherOf } from "../workload/selection.ts";
import type { Replicated } from "./replicated.ts";

export interface StatusView {
  readonly owner: Replicated;
  /** Neither ended nor ending. */
  readonly living: readonly Pod[];
  /** Pods that are asked to end and have not. */
  readonly terminating: number;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export const replicaFailure = "ReplicaFailure";

/**
 * The status to write, given what became of the pass's creations and deletions; undefined when it is said already. The
 * counts are those from before: what was created and deleted leads to the next pass. `null` takes a field away.
 */
export function statusAfter(view: StatusView, failure: Failure | undefined): object | undefined {
  const { status } = view.owner;
  const failing = failureCondition(view, failure);
  if (failing === "unknown") return undefined;
  const former = status?.conditions ?? [];
  const others = former.filter(({ type }) => type !== replicaFailure);
  const conditions = failing === undefined ? others : [...others, failing];
  const isNews = !isSame(conditions, former);
  const counts = countsOf(view);
  if (!isNews && isSame({ ...status, ...counts }, status)) return undefined;
  return { ...counts, ...(isNews ? { conditions: orAbsent(conditions) } : {}) };
}

const orAbsent = (conditions: readonly Condition[]) => (conditions.length === 0 ? null : conditions);

function countsOf({ owner, living, terminating, now }: StatusView): ReplicaSetStatus {
  const { object, template, minReadySeconds } = owner;
  const hasAllLabels = matcherOf({ matchLabels: template?.metadata?.labels ?? {} });
  return {
    replicas: living.length,
    fullyLabeledReplicas: living.filter(({ metadata }) => hasAllLabels(metadata.labels)).length,
    readyReplicas: living.filter(isReady).length,
    availableReplicas: living.filter((pod) => isAvailable(pod, now, minReadySeconds)).length,
    ...(owner.countsTerminating ? { terminatingReplicas: terminating } : {}),
    observedGeneration: object.metadata.generation ?? 0,
  };
}

const reasons: Readonly<Partial<Record<Failure["effect"], string>>> = {
  create: "FailedCreate",
  delete: "FailedDelete",
};

/** `unknown`: something else failed, and nothing can be said of pods. */
function failureCondition(
  { owner, now }: StatusView,
  failure: Failure | undefined,
): Condition | "unknown" | undefined {
  if (failure === undefined) return undefined;
  const reason = reasons[failure.effect];
  if (reason === undefined) return "unknown";
  const former = owner.status?.conditions?.find(({ type }) => type === replicaFailure);
  // As it was first said: messages that count what is used would be news with each attempt.
  if (former?.reason === reason) return former;
  const lastTransitionTime = former?.lastTransitionTime ?? timestamp(now);
  return { type: replicaFailure, status: "True", lastTransitionTime, reason, message: failure.message };
}
