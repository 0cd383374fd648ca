/** Which boards there are, which of them should have a pod, and which pods are there. Pure. */
import type { Node } from "@kubus/shared/api/node.ts";
import { isFinished, isReady, type Pod } from "@kubus/shared/api/pod.ts";
import type { ControllerRevision, DaemonSet } from "@kubus/shared/api/workload.ts";
import { controllerRevisionKind, daemonSetKind, podKind } from "../../kinds/index.ts";
import type { Effect } from "../engine/plan.ts";
import { historyOf, type History } from "../revisions/history.ts";
import { podRevisionLabel } from "../revisions/revision.ts";
import { availableAt, isAvailable } from "../workload/availability.ts";
import { claimsOf } from "../workload/ownership.ts";
import { boardNameOf, eligibilityOn, type Eligibility } from "./daemon-pod.ts";

export interface DaemonSetView {
  readonly daemonSet: DaemonSet | undefined;
  /** Pods that it controls, or that its selector means and nobody controls. */
  readonly pods: readonly Pod[];
  /** Revisions that it controls, or that its selector means and nobody controls. */
  readonly revisions: readonly ControllerRevision[];
  readonly revisionNamed: (name: string) => ControllerRevision | undefined;
  readonly nodes: readonly Node[];
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** One board, as far as this set goes. */
export interface Board extends Eligibility {
  readonly name: string;
  readonly node: Node;
  /** The set's pods that are there or meant for it: placed ones first, then the oldest. Without those that are over. */
  readonly pods: readonly Pod[];
}

export interface Survey {
  readonly daemonSet: DaemonSet;
  readonly now: number;
  readonly boards: readonly Board[];
  /** How many boards should have a pod. */
  readonly desired: number;
  /** Pods that wait for a board that is gone: nobody else would end them. */
  readonly strays: readonly Pod[];
  /** All of the set's pods. */
  readonly pods: readonly Pod[];
  readonly history: History;
  /** What pods of the newest template are labelled with. */
  readonly hash: string;
  /** Adoptions and releases. */
  readonly claims: readonly Effect[];
}

export function surveyOf(daemonSet: DaemonSet, view: DaemonSetView): Survey {
  const { selector } = daemonSet.spec;
  const common = { owner: daemonSet, selector };
  const pods = claimsOf({ ...common, kind: podKind, candidates: view.pods });
  const revisions = claimsOf({ ...common, kind: controllerRevisionKind, candidates: view.revisions });
  const history = historyOf({
    owner: daemonSet,
    kind: daemonSetKind,
    revisions: revisions.owned,
    isTaken: (name) => view.revisionNamed(name) !== undefined,
    hashLabel: podRevisionLabel,
  });
  const byBoard = Map.groupBy(pods.owned.filter(isOfMatter), (pod) => boardNameOf(pod) ?? "");
  const eligibility = eligibilityOn(daemonSet);
  const boards = view.nodes.map((node): Board => {
    const { name } = node.metadata;
    return { name, node, ...eligibility(node), pods: (byBoard.get(name) ?? []).toSorted(byPlaceAndAge) };
  });
  const known = new Set(boards.map(({ name }) => name));
  const strays = [...byBoard]
    .filter(([name]) => name !== "" && !known.has(name))
    .flatMap(([, stray]) => stray.filter(({ spec }) => (spec.nodeName ?? "") === ""));
  return {
    daemonSet,
    now: view.now,
    boards,
    desired: boards.filter(({ shouldRun }) => shouldRun).length,
    strays: strays.filter((pod) => !isTerminating(pod)),
    pods: pods.owned,
    history,
    hash: history.type === "written" ? hashOf(daemonSet, history.newest) : "",
    claims: [...pods.effects, ...revisions.effects],
  };
}

/** A pod that ended and is deleted takes no place any more. */
const isOfMatter = (pod: Pod): boolean => !(isTerminating(pod) && isFinished(pod));

export const isTerminating = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

export const hashOf = (daemonSet: DaemonSet, { metadata }: ControllerRevision): string =>
  metadata.labels?.[podRevisionLabel] ?? metadata.name.slice(daemonSet.metadata.name.length + 1);

export const isNewest = ({ hash }: Survey, { metadata }: Pod): boolean =>
  metadata.labels?.[podRevisionLabel] === hash;

function byPlaceAndAge(a: Pod, b: Pod): number {
  const isPlaced = ({ spec }: Pod) => Number((spec.nodeName ?? "") !== "");
  return (
    isPlaced(b) - isPlaced(a) ||
    a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
    a.metadata.name.localeCompare(b.metadata.name)
  );
}

/** Ready, and for `minReadySeconds`. */
export const isCounted = ({ daemonSet, now }: Survey, pod: Pod): boolean =>
  isReady(pod) && isAvailable(pod, now, daemonSet.spec.minReadySeconds);

/** Milliseconds until the next pod that is ready becomes available. */
export function nextAvailableInMs({ daemonSet, now, boards }: Survey): number | undefined {
  const times = boards
    .flatMap(({ pods }) => pods)
    .map((pod) => availableAt(pod, daemonSet.spec.minReadySeconds))
    .filter((at) => at !== undefined && at > now) as readonly number[];
  return times.length === 0 ? undefined : Math.min(...times) - now;
}
