/** What the life of a deployment is told: the state of its rollout, until when, and why, in words for people. Pure. */
import { isReady } from "@kubus/shared/api/pod.ts";
import type { Look } from "../engine/life.ts";
import { replicaFailure } from "../replicaset/status.ts";
import { isAvailable, isLiving } from "../workload/availability.ts";
import { troubleOf } from "./pod-trouble.ts";
import { conditionOf, deadlineOf, progressOf } from "./progress.ts";
import { boundsOf } from "./rolling.ts";
import type { RolloutEvent } from "./rollout.machine.ts";
import { isEnding, oldPodsOf, situationOf, type DeploymentView, type Situation } from "./situation.ts";
import { statusOf } from "./status.ts";

/** Pods that are named when something waits for them. */
const namedMax = 2;

export function lookAt(view: DeploymentView): Look | undefined {
  if (view.deployment === undefined) return undefined;
  return rolloutOf(situationOf(view, view.deployment));
}

function rolloutOf(situation: Situation): RolloutEvent {
  const { deployment } = situation;
  if (isEnding(deployment)) return { type: "rollout.ending", why: "being deleted" };
  switch (progressOf(situation).course) {
    case "paused":
      return { type: "rollout.paused", why: `paused by its owner; ${availability(situation)}` };
    case "complete":
      return settledLook(situation);
    case "stalled": {
      const { progressDeadlineSeconds: seconds = 0 } = deployment.spec;
      return { type: "rollout.stalled", why: `nothing came nearer for ${seconds} s; ${obstacle(situation)}` };
    }
    case "progressing":
      return { ...underWay(situation), ...dueIn(situation) };
  }
}

/** Complete once; what has become of it since. */
function settledLook(situation: Situation): RolloutEvent {
  const { deployment, counts } = situation;
  const { replicas } = boundsOf(deployment);
  const why = availability(situation);
  if (counts.replicas !== replicas) return { type: "rollout.resizing", why };
  if (counts.availableReplicas >= replicas) return { type: "rollout.complete", why };
  return { type: "rollout.recovering", why: `${why}${waitsFor(situation)}` };
}

function underWay(situation: Situation): RolloutEvent {
  if (refusalOf(situation) !== undefined) return { type: "rollout.hindered", why: obstacle(situation) };
  const type = situation.next === "empty" ? "rollout.emptying" : "rollout.progressing";
  return { type, why: obstacle(situation) };
}

/** What it waits for, or what is in the way. */
function obstacle(situation: Situation): string {
  const { counts, sets, view, next, newestName, deployment } = situation;
  const refusal = refusalOf(situation);
  if (refusal !== undefined) return refusal;
  if (next === "empty") {
    const names = oldPodsOf(view, sets.old).map(({ metadata }) => metadata.name);
    return `waits for ${list(names, "old pod")} to be gone`;
  }
  if (sets.newest === undefined) return `makes the replica set ${newestName}`;
  const { replicas } = boundsOf(deployment);
  const available = sets.newest.status?.availableReplicas ?? 0;
  const left = counts.replicas - counts.updatedReplicas;
  if (available < replicas) {
    return `${available} of ${replicas} new pods are available${waitsFor(situation)}`;
  }
  return `all ${replicas} new pods are available; ${left} old ${left === 1 ? "is" : "are"} left`;
}

function availability({ deployment, counts }: Situation): string {
  const { replicas } = boundsOf(deployment);
  return `${counts.availableReplicas} of ${replicas} pods are available`;
}

/** The API's own words, when it refuses the new set or pods. */
function refusalOf({ deployment, sets, next }: Situation): string | undefined {
  const progressing = conditionOf(deployment, "Progressing");
  if (next === "make" && progressing?.reason === "ReplicaSetCreateError") return progressing.message;
  return sets.newest?.status?.conditions?.find(({ type }) => type === replicaFailure)?.message;
}

/** The new pods that are not available yet, by name: `; waits for web-x to be ready (ImagePullBackOff)`. */
function waitsFor({ deployment, sets, view, now }: Situation): string {
  if (sets.newest === undefined) return "";
  const { minReadySeconds = 0 } = deployment.spec;
  const pods = view
    .podsOf(sets.newest.metadata.uid)
    .filter((pod) => isLiving(pod) && !isAvailable(pod, now, minReadySeconds));
  const names = pods.map(({ metadata }) => metadata.name).toSorted();
  const first = pods.find(({ metadata }) => metadata.name === names[0]);
  if (first === undefined) return "";
  const aim = isReady(first) ? `to have been ready for ${minReadySeconds} s` : "to be ready";
  const reason = troubleOf(first);
  return `; waits for ${list(names, "pod")} ${aim}${reason === undefined ? "" : ` (${reason})`}`;
}

/** `web-a, web-b and 3 more`; only a number when there are no names. */
function list(names: readonly string[], noun: string): string {
  if (names.length === 0) return `the last ${noun}`;
  const more = names.length - namedMax;
  const named = names.slice(0, namedMax).join(", ");
  return more > 0 ? `${named} and ${more} more` : named;
}

/** Until the rollout counts as stalled, by what this pass says of it. */
function dueIn(situation: Situation): { dueInMs?: number } {
  const { deployment, now } = situation;
  const saying = statusOf(situation)?.conditions?.find(({ type }) => type === "Progressing");
  const deadline = deadlineOf(deployment, saying);
  return deadline === undefined ? {} : { dueInMs: deadline - now };
}
