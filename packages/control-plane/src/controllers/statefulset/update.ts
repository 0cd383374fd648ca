/**
 * Bringing the pods to the newest template: from the highest ordinal down to the partition, one at a time or as many
 * as may be unavailable. Pure.
 */
import type { StatefulSet } from "@kubus/shared/api/workload.ts";
import { isHealthy, isCounted, isTerminating, type Place, type Survey } from "./survey.ts";
import { endPod } from "./deeds.ts";
import { revisionOf } from "./identity.ts";
import type { Step } from "./turn.ts";

export function updateStep(survey: Survey): Step {
  const { set, places, update } = survey;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const old = places.filter((place) => isOld(survey, place));
  if (old.length === 0) return { effects: [], look: { type: "set.complete" } };
  const names = old.map(({ name }) => name).join(", ");
  if (type === "OnDelete") {
    const why = `${names}: run another template until somebody deletes them`;
    return { effects: [], look: { type: "update.held", why } };
  }
  // Places, not ordinals: the partition counts from the first one.
  const open = places.slice(rollingUpdate?.partition ?? 0);
  const isHeld = !open.some((place) => old.includes(place));
  if (isHeld) {
    return { effects: [], look: { type: "update.held", why: `the partition keeps ${names} as they are` } };
  }
  const due = rollingUpdate?.maxUnavailable === undefined ? nextOne(survey, open) : nextSome(survey, open);
  const ending = due.map(({ name }) => name).join(", ");
  const why =
    due.length === 0 ? `waits before it goes on to ${update}` : `ends ${ending}, to come back as ${update}`;
  return {
    effects: due.flatMap(({ pod }) => (pod === undefined ? [] : endPod(survey, pod))),
    look: { type: "template.old", why },
  };
}

const isOld = ({ update }: Survey, { pod }: Place): boolean =>
  pod !== undefined && !isTerminating(pod) && revisionOf(pod) !== update;

/** From the top: the first old one, unless a newer one is not available yet. */
function nextOne(survey: Survey, open: readonly Place[]): readonly Place[] {
  for (const place of open.toReversed()) {
    if (isOld(survey, place)) return [place];
    if (place.pod === undefined || !isHealthy(place.pod)) return [];
  }
  return [];
}

/** From the top: as many old ones as may be unavailable, less those that are already. */
function nextSome(survey: Survey, open: readonly Place[]): readonly Place[] {
  const { places, set } = survey;
  const unavailable = places.filter(({ pod }) => pod === undefined || !isCounted(survey, pod)).length;
  const room = Math.max(0, maxUnavailableOf(set) - unavailable);
  return open
    .toReversed()
    .filter((place) => isOld(survey, place))
    .slice(0, room);
}

/** At least one: a small share of few pods would be none, and never end. */
function maxUnavailableOf({ spec }: StatefulSet): number {
  const { maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
  if (typeof maxUnavailable === "number") return Math.max(1, maxUnavailable);
  return Math.max(1, Math.floor((Number.parseInt(maxUnavailable, 10) * (spec.replicas ?? 1)) / 100));
}
