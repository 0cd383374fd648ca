/**
 * Which pods a node's NoExecute taints drive away, and when the next one's time is up. Pure.
 *
 * Rule: a pod stays as long as each NoExecute taint is tolerated; of several finite tolerations the shortest counts
 * (Kubernetes, "Taints and Tolerations").
 */
import type { Taint } from "@kubus/shared/api/node.ts";
import { isFinished, type Pod, type Toleration } from "@kubus/shared/api/pod.ts";

export interface Evictions {
  readonly due: readonly Pod[];
  /** Wall-clock milliseconds at which another pod becomes due. */
  readonly nextAt: number | undefined;
}

export function evictions(pods: readonly Pod[], taints: readonly Taint[], now: number): Evictions {
  const noExecute = taints.filter(({ effect }) => effect === "NoExecute");
  if (noExecute.length === 0) return { due: [], nextAt: undefined };
  const candidates = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && !isFinished(pod));
  const deadlines = candidates.map((pod) => ({ pod, at: evictionAt(pod, noExecute, now) }));
  const later = deadlines.filter(({ at }) => at > now && Number.isFinite(at)).map(({ at }) => at);
  return {
    due: deadlines.filter(({ at }) => at <= now).map(({ pod }) => pod),
    nextAt: later.length === 0 ? undefined : Math.min(...later),
  };
}

/** Wall-clock milliseconds; infinity for a pod that tolerates all of them for ever. */
function evictionAt({ spec }: Pod, taints: readonly Taint[], now: number): number {
  const deadlines = taints.map((taint) => {
    const tolerating = (spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (tolerating.length === 0) return now;
    const seconds = Math.min(
      ...tolerating.map(({ tolerationSeconds }) => tolerationSeconds ?? Number.POSITIVE_INFINITY),
    );
    const since = taint.timeAdded === undefined ? now : Date.parse(taint.timeAdded);
    return since + Math.max(0, seconds) * 1_000;
  });
  return Math.min(...deadlines);
}

/** k8s.io/api/core/v1 `Toleration.ToleratesTaint`. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key !== undefined && toleration.key !== "" && toleration.key !== taint.key) return false;
  const isAnyKey = toleration.key === undefined || toleration.key === "";
  if (toleration.operator === "Exists") return true;
  return !isAnyKey && (toleration.value ?? "") === (taint.value ?? "");
}
