/** What a daemon set says of itself: how many boards should have a pod, and how far those pods are. Pure. */
import { isReady } from "@kubus/shared/api/pod.ts";
import type { DaemonSetStatus } from "@kubus/shared/api/workload.ts";
import { isSame } from "../../api/same.ts";
import { daemonSetKind } from "../../kinds/index.ts";
import type { Effect } from "../engine/plan.ts";
import { targetOf } from "../workload/ownership.ts";
import { isCounted, isNewest, type Survey } from "./survey.ts";

function statusOf(survey: Survey): DaemonSetStatus {
  const { boards, daemonSet, desired } = survey;
  // Of several pods on a board the first counts.
  const first = boards.filter(({ shouldRun }) => shouldRun).flatMap(({ pods }) => pods.slice(0, 1));
  const available = first.filter((pod) => isCounted(survey, pod)).length;
  return {
    desiredNumberScheduled: desired,
    currentNumberScheduled: first.length,
    numberMisscheduled: boards.filter(({ shouldRun, pods }) => !shouldRun && pods.length > 0).length,
    numberReady: first.filter(isReady).length,
    updatedNumberScheduled: first.filter((pod) => isNewest(survey, pod)).length,
    numberAvailable: available,
    numberUnavailable: desired - available,
    observedGeneration: daemonSet.metadata.generation ?? 0,
  };
}

export function writeStatus(survey: Survey): readonly Effect[] {
  const { daemonSet } = survey;
  const status = statusOf(survey);
  if (isSame({ ...daemonSet.status, ...status }, daemonSet.status)) return [];
  const { resourceVersion } = daemonSet.metadata;
  const target = { ...targetOf(daemonSet), resourceVersion };
  return [{ type: "writeStatus", kind: daemonSetKind, target, status }];
}
