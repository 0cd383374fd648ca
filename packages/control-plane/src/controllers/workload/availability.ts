/** How far pods are on their way to be counted on. Pure. */
import { isFinished, isReady, type Pod } from "@kubus/shared/api/pod.ts";

/** Counts for its owner: neither ended nor ending. */
export const isLiving = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined && !isFinished(pod);

/** Wall-clock milliseconds since when the pod is ready, or undefined. */
export function readySince(pod: Pod): number | undefined {
  if (!isReady(pod)) return undefined;
  const at = pod.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
  return at === undefined ? undefined : Date.parse(at);
}

/** Wall-clock milliseconds at which a pod that stays ready becomes available, or undefined while it is not ready. */
export function availableAt(pod: Pod, minReadySeconds = 0): number | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = readySince(pod);
  return since === undefined ? undefined : since + minReadySeconds * 1_000;
}

export function isAvailable(pod: Pod, now: number, minReadySeconds = 0): boolean {
  const at = availableAt(pod, minReadySeconds);
  return at !== undefined && at <= now;
}
