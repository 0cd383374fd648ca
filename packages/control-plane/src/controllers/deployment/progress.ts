/**
 * Whether a rollout comes nearer to its end, and the condition `Progressing` that says so. Pure.
 *
 * The condition is also the memory: it tells since when nothing came nearer, and, by the name in its message, of which
 * rollout it speaks. One that speaks of another replica set is of a former rollout, and its time does not count.
 */
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Deployment } from "@kubus/shared/api/workload.ts";
import { isComplete, isEnding, isPaused, type Situation } from "./situation.ts";

/**
 * How the rollout fares.
 * - `progressing`: something came nearer since the last look, or there is still time.
 * - `complete`: all pods run the newest template, and were all available at once.
 * - `paused`: the user stopped it.
 * - `stalled`: nothing came nearer for `progressDeadlineSeconds`.
 */
export type Course = "progressing" | "complete" | "paused" | "stalled";

/** A condition without its times. */
export type Saying = Pick<Condition, "type" | "status" | "reason" | "message"> & {
  /** Something happened that is worth a new time, even if the words are the same. */
  readonly isNews?: boolean;
};

export interface Progress {
  readonly course: Course;
  /** What to say of it; undefined for a deployment without a deadline. */
  readonly saying: Saying | undefined;
}

/** Kubernetes' word for "no deadline". */
const never = 2 ** 31 - 1;

/** Seconds in which something must come nearer, or undefined without a deadline. */
export function deadlineSecondsOf({ spec }: Deployment): number | undefined {
  const { progressDeadlineSeconds: seconds } = spec;
  return seconds === undefined || seconds >= never ? undefined : seconds;
}

export const conditionOf = ({ status }: Deployment, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

export function progressOf(situation: Situation): Progress {
  const { deployment } = situation;
  const former = conditionOf(deployment, "Progressing");
  const progress = judge(situation, former);
  return deadlineSecondsOf(deployment) === undefined ? { ...progress, saying: undefined } : progress;
}

function judge(situation: Situation, former: Condition | undefined): Progress {
  const { deployment, sets, counts, newestName, next } = situation;
  if (isEnding(deployment)) return { course: "progressing", saying: former };
  if (isPaused(deployment)) return { course: "paused", saying: pausedSaying(former) };
  if (next === "make") {
    return progressing("NewReplicaSetCreated", `Created new replica set "${newestName}"`);
  }
  const isOurs = former !== undefined && speaksOf(former, situation);
  const isMade = sets.newest !== undefined;
  const wasComplete = isOurs && former.reason === "NewReplicaSetAvailable";
  // Once complete it stays so, whatever becomes of its pods and its size, until another template is rolled out.
  if (isMade && wasComplete && counts.replicas === counts.updatedReplicas) {
    return { course: "complete", saying: former };
  }
  if (isMade && isComplete(situation)) {
    const message = `${subjectOf(situation)} has successfully progressed.`;
    return {
      course: "complete",
      saying: { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message },
    };
  }
  if (!isOurs || wasComplete) return begun(situation);
  if (cameNearer(situation)) return { ...updated(situation) };
  return unchanged(situation, former);
}

const progressing = (reason: string, message: string, isNews = false): Progress => ({
  course: "progressing",
  saying: { type: "Progressing", status: "True", reason, message, isNews },
});

/** The first look at a rollout for which no replica set has to be made now. */
const begun = (situation: Situation): Progress =>
  situation.sets.newest === undefined
    ? updated(situation)
    : progressing("FoundNewReplicaSet", `Found new replica set "${situation.newestName}"`);

const updated = (situation: Situation): Progress =>
  progressing("ReplicaSetUpdated", `${subjectOf(situation)} is progressing.`, true);

/** Nothing came nearer: it is as it was, unless it was resumed or the time is up. */
function unchanged(situation: Situation, former: Condition): Progress {
  if (former.reason === "ProgressDeadlineExceeded") return { course: "stalled", saying: former };
  if (former.reason === "DeploymentPaused") {
    const saying = { reason: "DeploymentResumed", message: "Deployment is resumed" };
    return { course: "progressing", saying: { type: "Progressing", status: "Unknown", ...saying } };
  }
  const deadline = deadlineOf(situation.deployment, former);
  if (deadline === undefined || situation.now < deadline) return { course: "progressing", saying: former };
  const message = `${subjectOf(situation)} has timed out progressing.`;
  const reason = "ProgressDeadlineExceeded";
  return { course: "stalled", saying: { type: "Progressing", status: "False", reason, message } };
}

/** A rollout that has stalled says so also while it is paused. */
const pausedSaying = (former: Condition | undefined): Saying =>
  former?.reason === "ProgressDeadlineExceeded"
    ? former
    : {
        type: "Progressing",
        status: "Unknown",
        reason: "DeploymentPaused",
        message: "Deployment is paused",
      };

const subjectOf = ({ deployment, sets }: Situation): string =>
  sets.newest === undefined
    ? `Deployment "${deployment.metadata.name}"`
    : `ReplicaSet "${sets.newest.metadata.name}"`;

/** Whether the condition is of the rollout that is under way now. Pauses are of every one. */
function speaksOf({ reason, message = "" }: Condition, { deployment, sets }: Situation): boolean {
  if (reason === "DeploymentPaused" || reason === "DeploymentResumed") return true;
  return message.includes(`"${sets.newest?.metadata.name ?? deployment.metadata.name}"`);
}

/** Whether a count says that the rollout came nearer to its end since the last status. */
function cameNearer({ deployment, counts }: Situation): boolean {
  const {
    replicas = 0,
    updatedReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
  } = deployment.status ?? {};
  return (
    counts.updatedReplicas > updatedReplicas ||
    counts.replicas - counts.updatedReplicas < replicas - updatedReplicas ||
    counts.readyReplicas > readyReplicas ||
    counts.availableReplicas > availableReplicas
  );
}

/** Wall-clock milliseconds at which a rollout of which this was said last counts as stalled. */
export function deadlineOf(deployment: Deployment, saying: Condition | undefined): number | undefined {
  const seconds = deadlineSecondsOf(deployment);
  const since = saying?.lastUpdateTime;
  return seconds === undefined || since === undefined ? undefined : Date.parse(since) + seconds * 1_000;
}
