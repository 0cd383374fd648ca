/** What a stateful set says of itself: how many pods, how far they are, and which revision they run. Pure. */
import type { StatefulSetStatus } from "@kubus/shared/api/workload.ts";
import { isSame } from "../../api/same.ts";
import { statefulSetKind } from "../../kinds/index.ts";
import type { Effect } from "../engine/plan.ts";
import { availableAt } from "../workload/availability.ts";
import { targetOf } from "../workload/ownership.ts";
import { revisionOf } from "./identity.ts";
import { isRunningAndReady, isTerminating, type Survey } from "./survey.ts";

export function statusOf({ set, view, members, current, update }: Survey): StatefulSetStatus {
  const pods = members.map(({ pod }) => pod);
  const ready = pods.filter(isRunningAndReady);
  const lasting = pods.filter((pod) => !isTerminating(pod));
  const available = ready.filter((pod) => {
    const at = availableAt(pod, set.spec.minReadySeconds);
    return at !== undefined && at <= view.now;
  });
  const running = (revision: string) => lasting.filter((pod) => revisionOf(pod) === revision).length;
  const counted = {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: available.length,
    currentReplicas: running(current),
    updatedReplicas: running(update),
    currentRevision: current,
    updateRevision: update,
    collisionCount: set.status?.collisionCount ?? 0,
  };
  return isUpdated(set.spec, counted)
    ? { ...counted, currentRevision: update, currentReplicas: counted.updatedReplicas }
    : counted;
}

/** A rolling update is over when every pod runs the newest revision and is ready. */
function isUpdated(
  { updateStrategy, replicas = 1 }: Survey["set"]["spec"],
  { updatedReplicas, readyReplicas, replicas: made }: StatefulSetStatus,
): boolean {
  const isAll = (count: number | undefined) => count === replicas;
  return (
    updateStrategy?.type === "RollingUpdate" && isAll(updatedReplicas) && isAll(readyReplicas) && isAll(made)
  );
}

export function writeStatus(survey: Survey): readonly Effect[] {
  const { set } = survey;
  const status = statusOf(survey);
  if (isSame({ ...set.status, ...status }, set.status)) return [];
  const { resourceVersion } = set.metadata;
  return [
    { type: "writeStatus", kind: statefulSetKind, target: { ...targetOf(set), resourceVersion }, status },
  ];
}
