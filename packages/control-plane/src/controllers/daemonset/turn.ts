/**
 * What a daemon set does now, and what it waits for: the one decision that its plan and its life are both read from.
 * Pure.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { DaemonSet } from "@kubus/shared/api/workload.ts";
import { podKind } from "../../kinds/index.ts";
import type { Look } from "../engine/life.ts";
import type { Effect, Tells } from "../engine/plan.ts";
import { forget } from "../revisions/history.ts";
import { podRevisionLabel } from "../revisions/revision.ts";
import { referenceTo, targetOf } from "../workload/ownership.ts";
import { boardNameOf, newDaemonPod } from "./daemon-pod.ts";
import { replaceableAt } from "./failures.ts";
import { lookAtRest } from "./look.ts";
import { manage, type Placement, type Upkeep } from "./manage.ts";
import { rollingStep } from "./rolling.ts";
import { writeStatus } from "./status.ts";
import { hashOf, nextAvailableInMs, surveyOf, type DaemonSetView, type Survey } from "./survey.ts";

/** The most pods that one pass makes, and the most that it ends; Kubernetes' own burst. */
const podsPerPassMax = 250;

/** Something to do, something to wait for, or both. */
export interface Step {
  readonly effects: readonly Effect[];
  readonly look: Look;
}

export function turnOf(daemonSet: DaemonSet, view: DaemonSetView): Step {
  const survey = surveyOf(daemonSet, view);
  const { history, claims, pods } = survey;
  if (daemonSet.metadata.deletionTimestamp !== undefined) {
    const why = pods.length === 0 ? "waits for its finalizers" : `waits for ${pods.length} pods to go`;
    return { effects: [], look: { type: "set.deleted", why } };
  }
  if (history.type === "unwritten") {
    const type = pods.length === 0 ? "pod.missing" : "template.old";
    return { effects: [...claims, ...history.effects], look: { type, why: "notes the newest template" } };
  }
  const upkeep = manage(survey);
  const step = upkeepStep(survey, upkeep) ??
    updateStep(survey) ?? { effects: [], look: lookAtRest(survey, upkeep) };
  const look = withDeadline(survey, upkeep, step.look);
  const before = [...claims, ...history.effects, ...writeStatus(survey)];
  // What was just adopted is worked on when it is ours.
  if (claims.length > 0) return { effects: before, look };
  const after = step.effects.length === 0 ? cleanUp(survey) : step.effects;
  return { effects: [...before, ...after], look };
}

/** When the next pod becomes available, or the next failed one may be replaced. */
function withDeadline(survey: Survey, { paused }: Upkeep, look: Look): Look {
  const times = paused.map((pod) => replaceableAt(pod) - survey.now);
  const next = Math.min(...times, nextAvailableInMs(survey) ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(next) ? { ...look, dueInMs: next } : look;
}

function upkeepStep(survey: Survey, { make, over, surplus }: Upkeep): Step | undefined {
  const effects = [
    ...over.slice(0, podsPerPassMax).map((pod) => tellOver(survey, pod)),
    ...makePods(survey, make),
    ...endPods(survey, [...over, ...surplus]),
  ];
  if (effects.length === 0) return undefined;
  const [first] = make;
  if (first !== undefined) {
    const others = make.length === 1 ? "has" : `and ${make.length - 1} more have`;
    const look: Look = { type: "pod.missing", why: `${first.board.name} ${others} no pod yet` };
    return { effects, look };
  }
  const names = [...over, ...surplus].map(({ metadata }) => metadata.name);
  return { effects, look: { type: "pod.surplus", why: `ends ${names.join(", ")}` } };
}

function updateStep(survey: Survey): Step | undefined {
  if (survey.daemonSet.spec.updateStrategy?.type === "OnDelete") return undefined;
  const { make, end } = rollingStep(survey);
  const placements = make.map((board): Placement => ({ board, failures: 0 }));
  const effects = [...makePods(survey, placements), ...endPods(survey, end)];
  if (effects.length === 0) return undefined;
  const boards = [...make.map(({ name }) => name), ...end.map((pod) => boardNameOf(pod) ?? "")];
  return {
    effects,
    look: { type: "template.old", why: `brings the newest template to ${boards.join(", ")}` },
  };
}

function makePods(survey: Survey, placements: readonly Placement[]): readonly Effect[] {
  const { daemonSet, hash } = survey;
  const tells: Tells = {
    about: referenceTo(daemonSet),
    success: { reason: "SuccessfulCreate", text: "Created pod: " },
    failure: { reason: "FailedCreate", text: "Error creating: " },
  };
  return placements.slice(0, podsPerPassMax).map(({ board, failures }) => {
    const object = newDaemonPod(daemonSet, { nodeName: board.name, hash, failures });
    return { type: "create", kind: podKind, object, tells };
  });
}

function endPods({ daemonSet }: Survey, pods: readonly Pod[]): readonly Effect[] {
  const tells: Tells = {
    about: referenceTo(daemonSet),
    success: { reason: "SuccessfulDelete", text: "Deleted pod: " },
    failure: { reason: "FailedDelete", text: "Error deleting: " },
  };
  return pods.slice(0, podsPerPassMax).map((pod) => ({
    type: "delete",
    kind: podKind,
    target: targetOf(pod),
    options: { preconditions: { uid: pod.metadata.uid } },
    tells,
  }));
}

function tellOver({ daemonSet }: Survey, pod: Pod): Effect {
  const { namespace = "", name } = pod.metadata;
  const isFailed = pod.status?.phase === "Failed";
  const what = `Found ${isFailed ? "failed" : "succeeded"} daemon pod ${namespace}/${name} on node ${pod.spec.nodeName ?? ""}`;
  return {
    type: "recordEvent",
    about: referenceTo(daemonSet),
    eventType: isFailed ? "Warning" : "Normal",
    reason: isFailed ? "FailedDaemonPod" : "SucceededDaemonPod",
    message: `${what}, will try to ${isFailed ? "kill" : "delete"} it`,
  };
}

/** Revisions that no pod runs, beyond the limit. */
function cleanUp({ daemonSet, history, pods }: Survey): readonly Effect[] {
  if (history.type === "unwritten") return [];
  const running = new Set(pods.map(({ metadata }) => metadata.labels?.[podRevisionLabel]));
  const { revisionHistoryLimit } = daemonSet.spec;
  return forget(history.former, revisionHistoryLimit, (one) => running.has(hashOf(daemonSet, one)));
}
