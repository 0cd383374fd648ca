/** What a change in the cluster means for pods that wait: the words that filters use in their `helpedBy`. Pure. */
import type { Node } from "@kubus/shared/api/node.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import { isSame } from "../../api/same.ts";
import { imagesAnnotation, type ChangeName } from "../filters/filter-row.ts";
import { requestsOf } from "../requests.ts";

/** Beats of a node change its status all the time and help nobody. */
export function boardChanges(now: Node, before: Node | undefined): readonly ChangeName[] {
  if (before === undefined) return ["boardCame"];
  const names: ChangeName[] = [];
  const image = ({ metadata }: Node) => metadata.annotations?.[imagesAnnotation];
  if (!isSame(now.metadata.labels, before.metadata.labels)) names.push("boardLabels");
  if (!isSame(now.spec.taints, before.spec.taints) || now.spec.unschedulable !== before.spec.unschedulable)
    names.push("boardTaints");
  if (!isSame(now.status?.allocatable, before.status?.allocatable)) names.push("boardRoom");
  if (image(now) !== image(before)) names.push("boardImages");
  return names;
}

export interface PodVersions {
  readonly now: Pod;
  readonly before: Pod | undefined;
  readonly isDeleted: boolean;
}

/** Of a pod that is on a board, or was. */
export function podChanges({ now, before, isDeleted }: PodVersions): readonly ChangeName[] {
  const wasThere = before !== undefined && nodeOf(before) !== "" && !isFinished(before);
  const isThere = !isDeleted && nodeOf(now) !== "" && !isFinished(now);
  if (!isThere) return wasThere || (isDeleted && nodeOf(now) !== "" && !isFinished(now)) ? ["podLeft"] : [];
  if (!wasThere) return ["podPlaced"];
  const names: ChangeName[] = [];
  if (!isSame(now.metadata.labels, before.metadata.labels)) names.push("podLabels");
  if (now.metadata.deletionTimestamp !== before.metadata.deletionTimestamp) names.push("podEnding");
  if (now.metadata.generation !== before.metadata.generation && asksForLess(now, before))
    names.push("podLeft");
  return names;
}

const nodeOf = ({ spec }: Pod): string => spec.nodeName ?? "";

/** Resized in place: what it gives back is free. */
function asksForLess(now: Pod, before: Pod): boolean {
  const requests = requestsOf(now);
  return [...requestsOf(before)].some(([name, amount]) => (requests.get(name) ?? 0) < amount);
}
