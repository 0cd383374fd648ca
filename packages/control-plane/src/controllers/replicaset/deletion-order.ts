/**
 * Which pod goes first when there are too many: the one that is missed least. Pure.
 *
 * The order is Kubernetes' own: unassigned, pending, not ready, cheap by its own word, crowded node, ready for the
 * shortest time, restarted most often, youngest.
 */
import { isReady, type Pod } from "@kubus/shared/api/pod.ts";
import { readySince } from "../workload/availability.ts";

export const deletionCostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

/** The pods in the order in which they may go. `related` are all pods that do the same job, these included. */
export function inDeletionOrder(pods: readonly Pod[], related: readonly Pod[]): readonly Pod[] {
  const crowd = new Map<string, number>();
  for (const { spec } of related) {
    if (spec.nodeName !== undefined) crowd.set(spec.nodeName, (crowd.get(spec.nodeName) ?? 0) + 1);
  }
  return pods
    .map((pod) => ({ pod, loss: lossOf(pod, crowd) }))
    .sort((a, b) => compare(a.loss, b.loss))
    .map(({ pod }) => pod);
}

const phases: readonly (string | undefined)[] = [undefined, "Pending", "Unknown", "Running"];

/** Smaller goes first, at the first number that differs. */
function lossOf(pod: Pod, crowd: ReadonlyMap<string, number>): readonly number[] {
  const { spec, status, metadata } = pod;
  const restarts = (status?.containerStatuses ?? []).map(({ restartCount }) => restartCount);
  return [
    spec.nodeName === undefined || spec.nodeName === "" ? 0 : 1,
    phases.indexOf(status?.phase),
    isReady(pod) ? 1 : 0,
    deletionCost(pod),
    -(crowd.get(spec.nodeName ?? "") ?? 0),
    -(readySince(pod) ?? 0),
    -restarts.reduce((most, count) => Math.max(most, count), 0),
    -Date.parse(metadata.creationTimestamp),
  ];
}

function deletionCost({ metadata }: Pod): number {
  const cost = Number(metadata.annotations?.[deletionCostAnnotation] ?? 0);
  return Number.isInteger(cost) ? cost : 0;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, i) => value !== b[i]);
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
