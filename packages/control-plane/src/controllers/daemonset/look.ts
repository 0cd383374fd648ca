/** What a daemon set that has nothing to do waits for. Pure. */
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { Look } from "../engine/life.ts";
import { boardOf, troubleOf } from "../statefulset/trouble.ts";
import { failuresOf } from "./failures.ts";
import type { Upkeep } from "./manage.ts";
import { isCounted, isNewest, isTerminating, type Board, type Survey } from "./survey.ts";

export function lookAtRest(survey: Survey, upkeep: Upkeep): Look {
  return (
    failed(upkeep) ??
    unfinishedUpdate(survey) ??
    ending(survey) ??
    notReady(survey) ??
    held(survey) ?? { type: survey.desired === 0 ? "board.none" : "set.complete", why: wordsOfRest(survey) }
  );
}

const wordsOfRest = ({ boards, desired }: Survey): string =>
  desired === 0 ? `none of ${boards.length} boards fits` : "";

function failed({ paused }: Upkeep): Look | undefined {
  const [pod] = paused;
  if (pod === undefined) return undefined;
  const { nodeName = "" } = pod.spec;
  const why = `the pod on ${nodeName} failed ${failuresOf(pod)} times in a row and is made anew after a pause`;
  return { type: "pod.failed", why };
}

const isOld = (survey: Survey) => (pod: Pod) => !isTerminating(pod) && !isNewest(survey, pod);

/** Some boards run a former template, and those that changed are not through. */
function unfinishedUpdate(survey: Survey): Look | undefined {
  const { boards, desired, daemonSet } = survey;
  const wanted = boards.filter(({ shouldRun }) => shouldRun);
  const isRolling = daemonSet.spec.updateStrategy?.type !== "OnDelete";
  if (!isRolling || !wanted.some(({ pods }) => pods.some((pod) => !isNewest(survey, pod)))) return undefined;
  const updated = wanted.filter(({ pods }) => pods.some((pod) => isNewest(survey, pod))).length;
  const waiting = (ending(survey) ?? notReady(survey))?.why ?? "";
  const progress = `${updated} of ${desired} boards have the newest template`;
  return { type: "template.old", why: waiting === "" ? progress : `${progress}; ${waiting}` };
}

function ending(survey: Survey): Look | undefined {
  const board = survey.boards.find(({ pods }) => pods.length > 0 && pods.every(isTerminating));
  const pod = board?.pods[0];
  if (board === undefined || pod === undefined) return undefined;
  const type = board.mayStay ? "former.ending" : "pod.surplus";
  return { type, why: `waits for ${pod.metadata.name} to end${boardOf(pod, board.node)}` };
}

function notReady(survey: Survey): Look | undefined {
  const isWaiting = ({ shouldRun, pods }: Board) => shouldRun && !pods.some((pod) => isCounted(survey, pod));
  const board = survey.boards.find(isWaiting);
  const pod = board?.pods.find((one) => !isTerminating(one) && !isFinished(one));
  if (board === undefined || pod === undefined) return undefined;
  const isSoon =
    pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  const trouble = isSoon ? "is ready, but not for minReadySeconds yet" : troubleOf(pod);
  return { type: "pod.notReady", why: `${pod.metadata.name} for ${board.name} ${trouble}` };
}

function held(survey: Survey): Look | undefined {
  const names = survey.boards.filter(({ pods }) => pods.some(isOld(survey))).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return {
    type: "update.held",
    why: `the pods on ${names.join(", ")} keep their template until somebody deletes them`,
  };
}
