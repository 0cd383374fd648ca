/**
 * How many pods bring a resource's use to its target. Pure; Kubernetes' replica calculator.
 *
 * Pods that nobody knows enough about are counted against the change: on the way up as idle, on the way down as busy,
 * and when they turn the answer round, nothing changes.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { PodUsage } from "@kubus/shared/bus/usage.ts";
import { groupPods, requestsOf, samplesOf, type Groups, type Measure } from "./samples.ts";
import { isFailure, type Failure } from "./view.ts";

/** How far the use may be off its target, each way, as a share of it. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

export interface ReplicasView {
  readonly pods: readonly Pod[];
  readonly usage: ReadonlyMap<string, PodUsage>;
  readonly measure: Measure;
  /** How many pods the target asks for. */
  readonly replicas: number;
  readonly tolerances: Tolerances;
  readonly now: number;
}

export interface Proposal {
  readonly replicas: number;
  /** Thousandths, on average over the pods that count. */
  readonly average: number;
  /** Percent of what was asked for; only of a target in percent. */
  readonly utilization?: number;
}

/** Use against its target, over the given pods' values. */
interface Ratio {
  readonly ratio: number;
  readonly average: number;
  readonly utilization?: number;
}

interface Goal {
  readonly ratioOf: (values: ReadonlyMap<string, number>) => Ratio | Failure;
  /** What a pod counts as that nobody knows about, when the pods might become fewer. */
  readonly busy: (uid: string) => number;
}

/** `percent`: of what the pods asked for. */
export function replicasForUtilization(view: ReplicasView, percent: number): Proposal | Failure {
  return proposal(view, () => {
    const requests = requestsOf(view.pods, view.measure);
    if (isFailure(requests)) return requests;
    const askedBy = (uid: string) => requests.get(uid) ?? 0;
    return {
      busy: (uid) => Math.trunc((askedBy(uid) * Math.max(100, percent)) / 100),
      ratioOf: (values) => {
        const uids = [...values.keys()].filter((uid) => requests.has(uid));
        const used = total(uids.map((uid) => values.get(uid) ?? 0));
        const asked = total(uids.map(askedBy));
        if (asked === 0) return { error: "no metrics returned matched known pods" };
        const utilization = Math.trunc((used * 100) / asked);
        return { ratio: utilization / percent, average: Math.trunc(used / uids.length), utilization };
      },
    };
  });
}

/** `goal`: what each pod shall use on average, in thousandths. */
export const replicasForAverage = (view: ReplicasView, goal: number): Proposal | Failure =>
  proposal(view, () => ({
    busy: () => goal,
    ratioOf: (values) => {
      const average = Math.trunc(total([...values.values()]) / values.size);
      return { ratio: average / goal, average };
    },
  }));

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function proposal(view: ReplicasView, goalOf: () => Goal | Failure): Proposal | Failure {
  const { pods, usage, measure, now } = view;
  const { resource } = measure;
  const samples = samplesOf(pods, usage, measure);
  if (isFailure(samples))
    return { error: `unable to get metrics for resource ${resource}: ${samples.error}` };
  if (pods.length === 0) return { error: "no pods returned by selector while calculating replica count" };
  const groups = groupPods(pods, samples, { resource, now });
  const unusable = new Set([...groups.ignored, ...groups.unready]);
  const values = new Map(
    [...samples].filter(([uid]) => !unusable.has(uid)).map(([uid, { value }]) => [uid, value] as const),
  );
  if (values.size === 0)
    return { error: "did not receive metrics for targeted pods (pods might be unready)" };
  const goal = goalOf();
  return isFailure(goal) ? goal : weighed(view, { goal, groups, values });
}

interface Weights {
  readonly goal: Goal;
  readonly groups: Groups;
  readonly values: ReadonlyMap<string, number>;
}

function weighed(
  { replicas, tolerances }: ReplicasView,
  { goal, groups, values }: Weights,
): Proposal | Failure {
  const found = goal.ratioOf(values);
  if (isFailure(found)) return found;
  const { ratio, ...figures } = found;
  const as = (count: number): Proposal => ({ replicas: count, ...figures });
  const isFine = (of: number) => 1 - tolerances.down <= of && of <= 1 + tolerances.up;
  const countsUnready = groups.unready.length > 0 && ratio > 1;
  if (!countsUnready && groups.missing.length === 0)
    return as(isFine(ratio) ? replicas : Math.ceil(ratio * groups.ready));

  const cautious = new Map(values);
  if (ratio !== 1) for (const uid of groups.missing) cautious.set(uid, ratio < 1 ? goal.busy(uid) : 0);
  if (countsUnready) for (const uid of groups.unready) cautious.set(uid, 0);
  const again = goal.ratioOf(cautious);
  if (isFailure(again)) return again;
  const isTurned = (ratio < 1 && again.ratio > 1) || (ratio > 1 && again.ratio < 1);
  if (isFine(again.ratio) || isTurned) return as(replicas);
  const count = Math.ceil(again.ratio * cautious.size);
  // A change in the number of pods that are counted is no reason to go the other way.
  const isBackwards = (again.ratio < 1 && count > replicas) || (again.ratio > 1 && count < replicas);
  return as(isBackwards ? replicas : count);
}
