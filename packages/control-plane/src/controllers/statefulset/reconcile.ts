/**
 * StatefulSet: pods with names of their own, each at most once, made and ended in order. Pure.
 *
 * The plan and the words about it come from the same turn, so that the set's life shows what is really done.
 */
import type { Look } from "../engine/life.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import type { StatefulSetView } from "./survey.ts";
import { turnOf, type Step } from "./turn.ts";

/** One turn for each view, for both who ask. */
const turns = new WeakMap<StatefulSetView, Step>();

function turn(view: StatefulSetView): Step | undefined {
  const known = turns.get(view);
  if (known !== undefined || view.set === undefined) return known;
  const step = turnOf(view.set, view);
  turns.set(view, step);
  return step;
}

/** Nothing when it is deleted: the garbage collector owns pods and revisions then. */
export function reconcile(view: StatefulSetView): Plan {
  const step = turn(view);
  return step === undefined ? nothing : { effects: step.effects };
}

export const classify = (view: StatefulSetView): Look | undefined => turn(view)?.look;
