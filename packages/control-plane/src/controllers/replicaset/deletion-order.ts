/**
 * Which pod goes first when there are too many: the one that is missed least. Pure.
 *
 * The order is Kubernetes' own (ActivePodsWithRanks): unassigned, pending, not ready, cheap by its own word, crowded
 * board, ready for the shortest time, restarted most often, youngest. Times are compared by their order of magnitude
 * only (LogarithmicScaleDown); within one the uid decides, which is chance, so that scaling down does not always hit
 * the boards that were filled last.
 */
import { isReady, type ContainerStatus, type Pod } from "@kubus/shared/api/pod.ts";
import { isLiving, readySince } from "../workload/availability.ts";

export const deletionCostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

export interface DeletionOptions {
  /** All pods that do the same job, these included. */
  readonly related: readonly Pod[];
  /** Wall-clock milliseconds. */
  readonly now: number;
}

interface Candidate {
  readonly pod: Pod;
  /** Smaller goes first, at the first number that differs. */
  readonly loss: readonly number[];
  readonly readySince: number | undefined;
  readonly restarts: readonly number[];
  readonly createdAt: number;
}

/** The pods in the order in which they may go. */
export function inDeletionOrder(pods: readonly Pod[], { related, now }: DeletionOptions): readonly Pod[] {
  const crowd = new Map<string, number>();
  for (const pod of related) {
    const { nodeName = "" } = pod.spec;
    if (nodeName !== "" && isLiving(pod)) crowd.set(nodeName, (crowd.get(nodeName) ?? 0) + 1);
  }
  return pods
    .map((pod) => candidate(pod, crowd))
    .sort(
      (a, b) =>
        firstDifference(a.loss, b.loss) ||
        byReadyTime(a, b, now) ||
        firstDifference(a.restarts, b.restarts) ||
        byTime(a, b, { a: a.createdAt, b: b.createdAt, now }),
    )
    .map(({ pod }) => pod);
}

const phases: readonly (string | undefined)[] = [undefined, "Pending", "Unknown", "Running"];

function candidate(pod: Pod, crowd: ReadonlyMap<string, number>): Candidate {
  const { spec, status, metadata } = pod;
  return {
    pod,
    loss: [
      (spec.nodeName ?? "") === "" ? 0 : 1,
      phases.indexOf(status?.phase),
      isReady(pod) ? 1 : 0,
      deletionCost(pod),
      -(crowd.get(spec.nodeName ?? "") ?? 0),
    ],
    readySince: readySince(pod),
    restarts: [-mostRestarts(status?.containerStatuses), -mostRestarts(sidecarsOf(pod))],
    createdAt: Date.parse(metadata.creationTimestamp),
  };
}

const mostRestarts = (statuses: readonly ContainerStatus[] = []): number =>
  statuses.reduce((most, { restartCount }) => Math.max(most, restartCount), 0);

/** Init containers that run as long as the pod does. */
function sidecarsOf({ spec, status }: Pod): readonly ContainerStatus[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return (status?.initContainerStatuses ?? []).filter(({ name }) =>
    sidecars.some((sidecar) => sidecar.name === name),
  );
}

const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 } as const;

/** 0 when it is not a whole number of 32 bits, written without plus and leading zeros. */
function deletionCost({ metadata }: Pod): number {
  const text = metadata.annotations?.[deletionCostAnnotation] ?? "";
  if (!/^(-\d+|0|[1-9]\d*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= int32.min && cost <= int32.max ? cost : 0;
}

function byReadyTime(a: Candidate, b: Candidate, now: number): number {
  if (a.readySince === b.readySince) return 0;
  // Ready, and nobody knows since when: as if since just now.
  if (a.readySince === undefined || b.readySince === undefined) return a.readySince === undefined ? -1 : 1;
  return byTime(a, b, { a: a.readySince, b: b.readySince, now });
}

/** The younger order of magnitude first; of the same one, but not the same time, by uid. */
function byTime(a: Candidate, b: Candidate, times: { a: number; b: number; now: number }): number {
  if (times.a === times.b) return 0;
  const difference = magnitude(times.now - times.a) - magnitude(times.now - times.b);
  return difference === 0 ? (a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1) : difference;
}

/** The order of magnitude of an age in milliseconds. Kubernetes counts in nanoseconds: that is where the steps lie. */
const magnitude = (ageMs: number): number => (ageMs > 0 ? Math.trunc(Math.log2(ageMs * 1e6)) : -1);

function firstDifference(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, i) => value !== b[i]);
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
