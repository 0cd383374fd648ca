/**
 * What a deployment says of itself: counts, and the conditions that `kubectl rollout status` waits for. Pure.
 */
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Deployment, DeploymentStatus } from "@kubus/shared/api/workload.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Failure } from "../engine/plan.ts";
import { replicaFailure } from "../replicaset/status.ts";
import { conditionOf, progressOf, type Saying } from "./progress.ts";
import { boundsOf } from "./rolling.ts";
import { allOf, type Situation } from "./situation.ts";

/** `failure`: what became of making the new replica set. Undefined when the status has nothing to say of it. */
export function statusOf(situation: Situation, failure?: Failure): DeploymentStatus | undefined {
  const { deployment, counts, now } = situation;
  if (failure !== undefined && failure.effect !== "create") return undefined;
  const progressing = failure === undefined ? progressOf(situation).saying : createError(situation, failure);
  const said = [availableSaying(situation), progressing].filter((one) => one !== undefined);
  const known = ["Available", "Progressing", replicaFailure];
  const others = (deployment.status?.conditions ?? []).filter(({ type }) => !known.includes(type));
  return {
    ...counts,
    observedGeneration: deployment.metadata.generation ?? 0,
    conditions: [
      ...said.map((saying) => settled(saying, deployment, now)),
      ...failureOfSets(situation),
      ...others,
    ],
  };
}

function availableSaying({ deployment, counts }: Situation): Saying {
  const { replicas, maxUnavailable } = boundsOf(deployment);
  const type = "Available";
  return counts.availableReplicas >= replicas - maxUnavailable
    ? {
        type,
        status: "True",
        reason: "MinimumReplicasAvailable",
        message: "Deployment has minimum availability.",
      }
    : {
        type,
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
}

const createErrorReason = "ReplicaSetCreateError";

/** As it was first said; a message that changes with every attempt would be a write with every attempt. */
function createError({ deployment, newestName }: Situation, { message }: Failure): Saying {
  const former = conditionOf(deployment, "Progressing");
  const failed = `Failed to create new replica set "${newestName}": `;
  if (former?.reason === createErrorReason && former.message?.startsWith(failed) === true) return former;
  return { type: "Progressing", status: "False", reason: createErrorReason, message: failed + message };
}

/** What keeps a set from its pods, the newest one's word first. */
function failureOfSets({ sets }: Situation): readonly Condition[] {
  const [first] = allOf(sets).flatMap(({ status }) =>
    (status?.conditions ?? []).filter(({ type }) => type === replicaFailure),
  );
  if (first === undefined) return [];
  return first.lastTransitionTime === undefined
    ? [first]
    : [{ ...first, lastUpdateTime: first.lastTransitionTime }];
}

/** Times: a transition when the status changes, an update when the words change or the rollout came nearer. */
function settled(
  { type, status, reason = "", message = "", isNews = false }: Saying,
  deployment: Deployment,
  now: number,
): Condition {
  const former = conditionOf(deployment, type);
  const at = timestamp(now);
  const next = { type, status, reason, message };
  if (former === undefined) return { ...next, lastUpdateTime: at, lastTransitionTime: at };
  const isSameStatus = former.status === status;
  const lastTransitionTime = isSameStatus ? (former.lastTransitionTime ?? at) : at;
  const isOld = isSameStatus && former.reason === reason && former.message === message && !isNews;
  return { ...next, lastTransitionTime, lastUpdateTime: isOld ? (former.lastUpdateTime ?? at) : at };
}
