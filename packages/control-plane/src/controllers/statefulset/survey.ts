/**
 * Who is where: the set's identities, who holds each, whom it has too many, and which template each should run. Pure.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import { isFinished, isReady, type Pod } from "@kubus/shared/api/pod.ts";
import type { ControllerRevision, StatefulSet } from "@kubus/shared/api/workload.ts";
import { controllerRevisionKind, podKind, statefulSetKind } from "../../kinds/index.ts";
import type { Effect } from "../engine/plan.ts";
import { historyOf, type History } from "../revisions/history.ts";
import { templateIn } from "../revisions/revision.ts";
import { availableAt } from "../workload/availability.ts";
import { claimsOf } from "../workload/ownership.ts";
import type { ClaimNamed } from "./claims.ts";
import { isInRange, ordinalOf, podName, rangeOf, revisionOf, type Version } from "./identity.ts";

export interface StatefulSetView {
  readonly set: StatefulSet | undefined;
  /** Pods that it controls, and orphans that its selector means. */
  readonly pods: readonly Pod[];
  /** Revisions that it controls, and orphans that its selector means. */
  readonly revisions: readonly ControllerRevision[];
  /** Any pod of the namespace, whoever owns it: an identity is free only when there is none. */
  readonly podNamed: (name: string) => Pod | undefined;
  readonly claimNamed: ClaimNamed;
  readonly revisionNamed: (name: string) => ControllerRevision | undefined;
  readonly nodeNamed: (name: string) => Node | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** A pod that the set has, and its ordinal. */
export interface Member {
  readonly ordinal: number;
  readonly pod: Pod;
}

/** One identity that the set should have. */
export interface Place {
  readonly ordinal: number;
  readonly name: string;
  /** The set's own pod. */
  readonly pod: Pod | undefined;
  /** A pod that has the name and is not the set's. */
  readonly stranger: Pod | undefined;
}

export interface Survey {
  readonly set: StatefulSet;
  readonly view: StatefulSetView;
  /** Lowest ordinal first. */
  readonly places: readonly Place[];
  /** Beyond the range, highest ordinal first. */
  readonly surplus: readonly Member[];
  /** All of the set's pods. */
  readonly members: readonly Member[];
  readonly history: History;
  /** Names of the revision that the pods came from, and of the one they should come to. */
  readonly current: string;
  readonly update: string;
  /** How many lasting pods run the current revision. */
  readonly running: number;
  /** Adoptions and releases. */
  readonly claims: readonly Effect[];
}

export function surveyOf(set: StatefulSet, view: StatefulSetView): Survey {
  const { members, effects } = membersOf(set, view.pods);
  const { selector } = set.spec;
  const revisions = claimsOf({
    owner: set,
    selector,
    kind: controllerRevisionKind,
    candidates: view.revisions,
  });
  const history = historyOf({
    owner: set,
    kind: statefulSetKind,
    revisions: revisions.owned,
    isTaken: (name) => view.revisionNamed(name) !== undefined,
    hashLabel: "controller.kubernetes.io/hash",
  });
  const update = history.type === "written" ? history.newest.metadata.name : "";
  const { currentRevision = "" } = set.status ?? {};
  const isKnown = revisions.owned.some(({ metadata }) => metadata.name === currentRevision);
  const current = isKnown ? currentRevision : update;
  return {
    set,
    view,
    places: placesOf(set, members, view),
    surplus: members
      .filter(({ ordinal }) => !isInRange(set, ordinal))
      .toSorted((a, b) => b.ordinal - a.ordinal),
    members,
    history,
    current,
    update,
    running: members.filter(({ pod }) => !isTerminating(pod) && revisionOf(pod) === current).length,
    claims: [...effects, ...revisions.effects],
  };
}

/** The pods that are the set's by name and by selector. What is its by reference only, it lets go. */
function membersOf(set: StatefulSet, pods: readonly Pod[]) {
  const isNamed = (pod: Pod) => ordinalOf(set, pod) !== undefined;
  const { selector } = set.spec;
  const named = claimsOf({ owner: set, selector, kind: podKind, candidates: pods.filter(isNamed) });
  const others = pods.filter((pod) => !isNamed(pod));
  const misnamed = claimsOf({ owner: set, selector: undefined, kind: podKind, candidates: others });
  const members = named.owned.map((pod): Member => ({ ordinal: ordinalOf(set, pod) ?? 0, pod }));
  return {
    members: members.toSorted((a, b) => a.ordinal - b.ordinal),
    effects: [...named.effects, ...misnamed.effects],
  };
}

function placesOf(set: StatefulSet, members: readonly Member[], { podNamed }: StatefulSetView) {
  const byOrdinal = new Map(members.map(({ ordinal, pod }) => [ordinal, pod]));
  const { first, end } = rangeOf(set);
  return Array.from({ length: end - first }, (_, index): Place => {
    const ordinal = first + index;
    const name = podName(set, ordinal);
    const pod = byOrdinal.get(ordinal);
    return { ordinal, name, pod, stranger: pod === undefined ? podNamed(name) : undefined };
  });
}

export const isOrdered = ({ spec }: StatefulSet): boolean => spec.podManagementPolicy !== "Parallel";

export const isTerminating = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === "Running" && isReady(pod);

export const isHealthy = (pod: Pod): boolean => isRunningAndReady(pod) && !isTerminating(pod);

/** Healthy for `minReadySeconds`. */
export function isCounted({ set, view }: Pick<Survey, "set" | "view">, pod: Pod): boolean {
  const at = availableAt(pod, set.spec.minReadySeconds);
  return isHealthy(pod) && at !== undefined && at <= view.now;
}

/** Milliseconds until the next pod that is ready becomes available. */
export function nextAvailableInMs({ set, view, members }: Survey): number | undefined {
  const times = members
    .filter(({ pod }) => !isFinished(pod))
    .map(({ pod }) => availableAt(pod, set.spec.minReadySeconds))
    .filter((at) => at !== undefined && at > view.now) as readonly number[];
  return times.length === 0 ? undefined : Math.min(...times) - view.now;
}

/**
 * What a pod of this ordinal is made from: below the partition the revision that the set came from, else the newest.
 * With a rolling update that names no partition, the former revision holds for as many as run it still.
 */
export function versionAt(survey: Survey, ordinal: number): Version {
  const { set, current, update, view, running } = survey;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const { first } = rangeOf(set);
  const kept = rollingUpdate === undefined ? running : (rollingUpdate.partition ?? 0);
  const revision = type === "RollingUpdate" && ordinal < first + kept ? current : update;
  const held = view.revisions.find(({ metadata }) => metadata.name === revision);
  const template = revision === update ? undefined : held && templateIn(held);
  return { revision, template: template ?? set.spec.template };
}
