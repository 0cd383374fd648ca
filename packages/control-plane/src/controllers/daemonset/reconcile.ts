/**
 * DaemonSet: one pod on every board that fits, and none anywhere else. Pure.
 *
 * The plan and the words about it come from the same turn, so that the set's life shows what is really done.
 */
import type { Look } from "../engine/life.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import type { DaemonSetView } from "./survey.ts";
import { turnOf } from "./turn.ts";

export function reconcile(view: DaemonSetView): Plan {
  if (view.daemonSet === undefined) return nothing; // Deleted: the garbage collector owns pods and revisions now.
  return { effects: turnOf(view.daemonSet, view).effects };
}

export const classify = (view: DaemonSetView): Look | undefined =>
  view.daemonSet === undefined ? undefined : turnOf(view.daemonSet, view).look;
