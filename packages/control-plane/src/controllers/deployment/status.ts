/**
 * What a deployment says of itself: counts, and the conditions that `kubectl rollout status` waits for. Pure.
 */
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Deployment, DeploymentStatus, ReplicaSet } from "@kubus/shared/api/workload.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { boundsOf, sizeOf, total, type Sets } from "./rolling.ts";

/**
 * How the rollout fares.
 * - `progressing`: something came nearer since the last look, or there is still time.
 * - `complete`: all pods run the newest template, and were all available at once.
 * - `paused`: the user stopped it.
 * - `stalled`: nothing came nearer for `progressDeadlineSeconds`.
 */
export type Rollout = "progressing" | "complete" | "paused" | "stalled";

export type Counts = Required<
  Pick<
    DeploymentStatus,
    "replicas" | "updatedReplicas" | "readyReplicas" | "availableReplicas" | "unavailableReplicas"
  >
>;

export function countsOf({ newest, old }: Sets): Counts {
  const all = newest === undefined ? old : [newest, ...old];
  const sum = (count: (set: ReplicaSet) => number | undefined) => total(all, (set) => count(set) ?? 0);
  const availableReplicas = sum(({ status }) => status?.availableReplicas);
  return {
    replicas: sum(({ status }) => status?.replicas),
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: sum(({ status }) => status?.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, total(all, sizeOf) - availableReplicas),
  };
}

export interface StatusView {
  readonly deployment: Deployment;
  readonly counts: Counts;
  /** The new replica set's name, also when it is about to be made. */
  readonly newestName: string | undefined;
  readonly isNewestMade: boolean;
  readonly now: number;
}

export function isComplete({ spec }: Deployment, counts: Counts): boolean {
  const { replicas = 1 } = spec;
  return [counts.updatedReplicas, counts.replicas, counts.availableReplicas].every(
    (count) => count === replicas,
  );
}

const conditionOf = (deployment: Deployment, type: string): Condition | undefined =>
  deployment.status?.conditions?.find((condition) => condition.type === type);

/** Whether a condition or a count says that the rollout came nearer to its end since the last status. */
function cameNearer({ status }: Deployment, now: Counts): boolean {
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
  return (
    now.updatedReplicas > updatedReplicas ||
    now.replicas - now.updatedReplicas < replicas - updatedReplicas ||
    now.readyReplicas > readyReplicas ||
    now.availableReplicas > availableReplicas
  );
}

/** Wall-clock milliseconds at which the rollout counts as stalled, or undefined when it has no deadline. */
export function deadlineOf(deployment: Deployment): number | undefined {
  const seconds = deployment.spec.progressDeadlineSeconds;
  const since = conditionOf(deployment, "Progressing")?.lastUpdateTime;
  // 2^31-1 is Kubernetes' word for "never".
  if (seconds === undefined || seconds >= 2 ** 31 - 1 || since === undefined) return undefined;
  return Date.parse(since) + seconds * 1_000;
}

export function rolloutOf({ deployment, counts, isNewestMade, now }: StatusView): Rollout {
  if (deployment.spec.paused === true) return "paused";
  const progressing = conditionOf(deployment, "Progressing");
  // Once complete it stays so, whatever becomes of its pods and its size, until another template is rolled out.
  const wasComplete =
    progressing?.reason === "NewReplicaSetAvailable" && counts.replicas === counts.updatedReplicas;
  if (isNewestMade && (wasComplete || isComplete(deployment, counts))) return "complete";
  if (progressing === undefined || !isNewestMade || cameNearer(deployment, counts)) return "progressing";
  if (progressing.reason === "ProgressDeadlineExceeded") return "stalled";
  // A rollout that was complete or paused begins anew; its old time does not count.
  if (progressing.reason === "NewReplicaSetAvailable" || progressing.reason === "DeploymentPaused") {
    return "progressing";
  }
  const deadline = deadlineOf(deployment);
  return deadline !== undefined && now >= deadline ? "stalled" : "progressing";
}

export function statusOf(view: StatusView): DeploymentStatus {
  const { deployment, counts, now } = view;
  const conditions = [availableCondition(view), progressingCondition(view)].filter(
    (one) => one !== undefined,
  );
  const merged = conditions.map((condition) => settled(condition, deployment, now));
  const others = (deployment.status?.conditions ?? []).filter(
    ({ type }) => type !== "Available" && type !== "Progressing",
  );
  return {
    ...counts,
    observedGeneration: deployment.metadata.generation ?? 0,
    conditions: [...merged, ...others],
  };
}

type Draft = Condition & { readonly isNews?: boolean };

function availableCondition({ deployment, counts }: StatusView): Draft {
  const { replicas, maxUnavailable } = boundsOf(deployment);
  return counts.availableReplicas >= replicas - maxUnavailable
    ? {
        type: "Available",
        status: "True",
        reason: "MinimumReplicasAvailable",
        message: "Deployment has minimum availability.",
      }
    : {
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
}

function progressingCondition(view: StatusView): Draft | undefined {
  const { deployment, counts, newestName = "" } = view;
  if (deployment.spec.progressDeadlineSeconds === undefined) return undefined;
  const type = "Progressing";
  const subject = `ReplicaSet "${newestName}"`;
  switch (rolloutOf(view)) {
    case "paused":
      return { type, status: "Unknown", reason: "DeploymentPaused", message: "Deployment is paused" };
    case "complete":
      return {
        type,
        status: "True",
        reason: "NewReplicaSetAvailable",
        message: `${subject} has successfully progressed.`,
      };
    case "stalled":
      return {
        type,
        status: "False",
        reason: "ProgressDeadlineExceeded",
        message: `${subject} has timed out progressing.`,
      };
    case "progressing":
      return {
        type,
        status: "True",
        reason: "ReplicaSetUpdated",
        message: `${subject} is progressing.`,
        isNews: cameNearer(deployment, counts),
      };
  }
}

/** Times: a transition when the status changes, an update when the reason changes or the rollout came nearer. */
function settled({ isNews = false, ...next }: Draft, deployment: Deployment, now: number): Condition {
  const former = conditionOf(deployment, next.type);
  const at = timestamp(now);
  if (former === undefined) return { ...next, lastUpdateTime: at, lastTransitionTime: at };
  const isSameStatus = former.status === next.status;
  const lastTransitionTime = isSameStatus ? (former.lastTransitionTime ?? at) : at;
  const isOld = isSameStatus && former.reason === next.reason && former.message === next.message && !isNews;
  return { ...next, lastTransitionTime, lastUpdateTime: isOld ? (former.lastUpdateTime ?? at) : at };
}
