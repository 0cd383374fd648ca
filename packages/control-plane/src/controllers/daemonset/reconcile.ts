/**
 * DaemonSet: one pod on every board that fits, and none anywhere else. Pure.
 *
 * The plan and the words about it come from the same turn, so that the set's life shows what is really done.
 */
import type { Look } from "../engine/life.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import type { DaemonSetView } from "./survey.ts";
import { turnOf, type Step } from "./turn.ts";

/** One turn for each view, for both who ask. */
const turns = new WeakMap<DaemonSetView, Step>();

function turn(view: DaemonSetView): Step | undefined {
  const known = turns.get(view);
  if (known !== undefined || view.daemonSet === undefined) return known;
  const step = turnOf(view.daemonSet, view);
  turns.set(view, step);
  return step;
}

/** Nothing when it is deleted: the garbage collector owns pods and revisions then. */
export function reconcile(view: DaemonSetView): Plan {
  const step = turn(view);
  return step === undefined ? nothing : { effects: step.effects };
}

export const classify = (view: DaemonSetView): Look | undefined => turn(view)?.look;
