/**
 * Pods that failed on a board: ended and made anew, with growing pauses so that a board that refuses them is not
 * asked all the time. Pure.
 *
 * How often they failed in a row stands on the pod itself, so that it outlives whoever counts.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { failuresBefore } from "./daemon-pod.ts";

export const failureLimits = {
  /** The pause before the third pod; the second comes at once. It doubles with each failure. */
  pauseMinMs: 1_000,
  pauseMaxMs: 15 * 60_000,
  /** A pod that lasted so long has nothing to do with the failures before it. */
  forgottenAfterMs: 2 * 15 * 60_000,
} as const;

/** How often pods failed in a row, this one included. */
export function failuresOf(pod: Pod): number {
  const lasted = failedAt(pod) - Date.parse(pod.metadata.creationTimestamp);
  return lasted > failureLimits.forgottenAfterMs ? 1 : failuresBefore(pod) + 1;
}

/** Wall-clock milliseconds from which on a failed pod may be replaced. */
export function replaceableAt(pod: Pod): number {
  const failures = failuresOf(pod);
  const pause = failures === 1 ? 0 : failureLimits.pauseMinMs * 2 ** Math.min(failures - 2, 30);
  return failedAt(pod) + Math.min(pause, failureLimits.pauseMaxMs);
}

function failedAt({ metadata, status = {} }: Pod): number {
  const ends = (status.containerStatuses ?? []).flatMap(({ state }) => state.terminated?.finishedAt ?? []);
  const ready = status.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
  const [latest = ready ?? status.startTime ?? metadata.creationTimestamp] = ends.toSorted().toReversed();
  return Date.parse(latest);
}
