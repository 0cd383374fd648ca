/**
 * StatefulSet: pods with names of their own, each at most once, made and ended in order. Pure.
 *
 * The plan and the words about it come from the same turn, so that the set's life shows what is really done.
 */
import type { Look } from "../engine/life.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import type { StatefulSetView } from "./survey.ts";
import { turnOf } from "./turn.ts";

export function reconcile(view: StatefulSetView): Plan {
  if (view.set === undefined) return nothing; // Deleted: the garbage collector owns pods and revisions now.
  return { effects: turnOf(view.set, view).effects };
}

export const classify = (view: StatefulSetView): Look | undefined =>
  view.set === undefined ? undefined : turnOf(view.set, view).look;
