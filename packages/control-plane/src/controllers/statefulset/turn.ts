/**
 * What a stateful set does now, and what it waits for: the one decision that its plan and its life are both read from.
 * Pure.
 *
 * INVARIANT: a pod is made only for a name that no pod object has. One that is ending is awaited, on an unreachable
 * board too: nothing here forces a deletion.
 */
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { StatefulSet } from "@kubus/shared/api/workload.ts";
import type { Look } from "../engine/life.ts";
import type { Effect } from "../engine/plan.ts";
import { forget } from "../revisions/history.ts";
import { endingClaim, missingClaims, retain } from "./claims.ts";
import { endPod, identify, makeClaims, makePod, replace } from "./deeds.ts";
import { isInRange, revisionOf } from "./identity.ts";
import {
  isCounted,
  isHealthy,
  isOrdered,
  isTerminating,
  nextAvailableInMs,
  surveyOf,
  type Place,
  type StatefulSetView,
  type Survey,
} from "./survey.ts";
import { writeStatus } from "./status.ts";
import { boardOf, isReachable, troubleOf } from "./trouble.ts";
import { updateStep } from "./update.ts";

/** The most identities that one pass works on side by side; the next pass sees the rest. */
const placesPerPassMax = 500;

/** Something to do, something to wait for, or both. */
export interface Step {
  readonly effects: readonly Effect[];
  readonly look: Look;
}

export function turnOf(set: StatefulSet, view: StatefulSetView): Step {
  const survey = surveyOf(set, view);
  const { history, claims, members } = survey;
  if (set.metadata.deletionTimestamp !== undefined) {
    return { effects: history.type === "written" ? writeStatus(survey) : [], look: deleted(survey) };
  }
  if (history.type === "unwritten") {
    const type = members.length === 0 ? "pod.missing" : "template.old";
    return { effects: [...claims, ...history.effects], look: { type, why: "notes the newest template" } };
  }
  const step = stepOf(survey);
  const look = inFull(survey, step.look);
  const before = [...claims, ...history.effects, ...writeStatus(survey)];
  // What was just adopted is worked on when it is ours.
  if (claims.length > 0) return { effects: before, look };
  const deeds = [...upkeep(survey), ...step.effects];
  return { effects: [...before, ...deeds, ...(deeds.length === 0 ? cleanUp(survey) : [])], look };
}

const deleted = ({ members }: Survey): Look => ({
  type: "set.deleted",
  why: members.length === 0 ? "waits for its finalizers" : `waits for ${members.length} pods to go`,
});

/** With the deadline of the next pod that becomes available, and how far an update is that waits for this. */
function inFull(survey: Survey, { type, why = "" }: Look): Look {
  const { places, current, update } = survey;
  const dueInMs = nextAvailableInMs(survey);
  const due = dueInMs === undefined ? {} : { dueInMs };
  if (current === update || !isAboutOne.has(type)) return { type, why, ...due };
  const updated = places.filter(({ pod }) => pod !== undefined && revisionOf(pod) === update).length;
  return { type, why: `${why} (${updated} of ${places.length} run ${update})`, ...due };
}

const isAboutOne: ReadonlySet<string> = new Set([
  "pod.missing",
  "pod.notReady",
  "former.ending",
  "template.old",
]);

/** The first thing that is in the way, from the lowest ordinal to the newest template. */
function stepOf(survey: Survey): Step {
  const blocks = blocksOf(survey);
  const [first] = blocks;
  if (first !== undefined && isOrdered(survey.set)) return first;
  const shrunk = shrink(survey);
  const steps = [...blocks, shrunk].filter((step) => step !== undefined && step.effects.length > 0);
  const effects = steps.slice(0, placesPerPassMax).flatMap((step) => step?.effects ?? []);
  if (effects.length > 0 || (shrunk !== undefined && isOrdered(survey.set))) {
    return { effects, look: (first ?? shrunk ?? settled).look };
  }
  const updated = updateStep(survey);
  if (updated.effects.length > 0) return updated;
  return first ?? shrunk ?? updated;
}

const settled: Step = { effects: [], look: { type: "set.complete" } };

/** In order: the lowest place that is not as it should be. Else all of them. */
function blocksOf(survey: Survey): readonly Step[] {
  const { places, set } = survey;
  const blocks: Step[] = [];
  for (const place of places) {
    const block = blockAt(survey, place);
    if (block === undefined) continue;
    blocks.push(block);
    if (isOrdered(set)) break;
  }
  return blocks;
}

function blockAt(survey: Survey, place: Place): Step | undefined {
  const { pod, stranger } = place;
  if (pod !== undefined) return blockOf(survey, place, pod);
  return stranger === undefined ? make(survey, place) : { effects: [], look: occupied(survey, stranger) };
}

function blockOf(survey: Survey, place: Place, pod: Pod): Step | undefined {
  const { name } = place;
  const look = (type: string, why: string): Look => ({ type, why });
  if (isTerminating(pod)) {
    const type = isEndedForUpdate(survey, pod) ? "template.old" : "former.ending";
    return { effects: [], look: look(type, `waits for ${awaited(survey, pod)}`) };
  }
  if (isFinished(pod)) {
    const why = `${name} ${pod.status?.phase === "Failed" ? "failed" : "ended"} and is made anew`;
    return { effects: replace(survey, pod), look: look("pod.missing", why) };
  }
  const effects = pod.status?.phase === "Pending" ? makeClaims(survey, place) : [];
  if (!isHealthy(pod)) return { effects, look: look("pod.notReady", `${name} ${troubleOf(pod)}`) };
  if (!isCounted(survey, pod)) {
    return { effects, look: look("pod.notReady", `${name} is ready, but not for minReadySeconds yet`) };
  }
  return undefined;
}

/** A pod of the former template that ends as it should: an update under way, and nothing in doubt. */
function isEndedForUpdate({ set, view, current, update }: Survey, pod: Pod): boolean {
  const isRolling = current !== update && set.spec.updateStrategy?.type === "RollingUpdate";
  const node = view.nodeNamed(pod.spec.nodeName ?? "");
  return isRolling && revisionOf(pod) !== update && isReachable(pod, node);
}

function make(survey: Survey, place: Place): Step {
  const { set, view } = survey;
  const { ordinal, name } = place;
  const ending = endingClaim(set, ordinal, view.claimNamed);
  if (ending !== undefined) {
    return {
      effects: [],
      look: { type: "claim.ending", why: `${name} waits for the old claim ${ending} to go` },
    };
  }
  const why = `${name} does not exist yet`;
  // Claims come first: a pod whose claims cannot be made is not made either.
  const needsClaims = missingClaims(set, ordinal, view.claimNamed).length > 0;
  const effects = needsClaims ? makeClaims(survey, place) : makePod(survey, place);
  return { effects, look: { type: "pod.missing", why } };
}

function occupied(survey: Survey, stranger: Pod): Look {
  const { name } = stranger.metadata;
  const type = "former.ending";
  if (isTerminating(stranger)) return { type, why: `waits for the former ${awaited(survey, stranger)}` };
  return { type, why: `waits for another pod that is named ${name} to go` };
}

const awaited = ({ view }: Survey, pod: Pod): string =>
  `${pod.metadata.name} to end${boardOf(pod, view.nodeNamed(pod.spec.nodeName ?? ""))}`;

/** Takes away what is beyond the range: in order one at a time from the top, and never past one that is not healthy. */
function shrink(survey: Survey): Step | undefined {
  const { surplus, set } = survey;
  const [top] = surplus;
  if (top === undefined) return undefined;
  const type = "pod.surplus";
  const { name } = top.pod.metadata;
  if (!isOrdered(set)) {
    const lasting = surplus.filter(({ pod }) => !isTerminating(pod));
    const why =
      lasting.length === 0 ? `waits for ${awaited(survey, top.pod)}` : `ends ${surplus.length} pods`;
    return { effects: lasting.flatMap(({ pod }) => endPod(survey, pod)), look: { type, why } };
  }
  if (isTerminating(top.pod)) {
    return { effects: [], look: { type, why: `waits for ${awaited(survey, top.pod)}` } };
  }
  const unhealthy = surplus.findLast(({ pod }) => !isHealthy(pod));
  if (unhealthy !== top && !isCounted(survey, top.pod)) {
    const below = unhealthy?.pod.metadata.name ?? name;
    return { effects: [], look: { type, why: `${name} may go when ${below} is available` } };
  }
  return { effects: endPod(survey, top.pod), look: { type, why: `ends ${name}` } };
}

/** What needs no order: names, and who owns the claims. */
const upkeep = (survey: Survey): readonly Effect[] =>
  survey.members.flatMap((member) => {
    const inRange = isInRange(survey.set, member.ordinal);
    const holder = { ...member, inRange };
    return [
      ...(inRange && !isTerminating(member.pod) ? identify(survey, member) : []),
      ...retain(survey.set, holder, survey.view.claimNamed),
    ];
  });

/** Revisions that neither a pod nor the set itself needs, beyond the limit. */
function cleanUp({ set, history, current, members }: Survey): readonly Effect[] {
  if (history.type === "unwritten") return [];
  const needed = new Set([current, ...members.map(({ pod }) => revisionOf(pod))]);
  const idle = history.former.filter(({ metadata }) => !needed.has(metadata.name));
  return forget(idle, set.spec.revisionHistoryLimit);
}
