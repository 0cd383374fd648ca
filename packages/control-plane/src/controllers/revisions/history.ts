/**
 * The history of a StatefulSet's or DaemonSet's template, one ControllerRevision for each that it had. Pure.
 *
 * A template that comes back does not become a second revision: the old one gets the newest number.
 */
import type { ControllerRevision } from "@kubus/shared/api/workload.ts";
import { isSame } from "../../api/same.ts";
import { controllerRevisionKind } from "../../kinds/index.ts";
import type { AnyKind, Effect } from "../engine/plan.ts";
import { targetOf } from "../workload/ownership.ts";
import { dataOf, newRevision, revisionName, type HashLabel, type RevisionOwner } from "./revision.ts";

export interface HistoryOptions {
  readonly owner: RevisionOwner;
  readonly kind: AnyKind;
  /** Those that the owner controls. */
  readonly revisions: readonly ControllerRevision[];
  /** Whether any revision of the namespace has this name. */
  readonly isTaken: (name: string) => boolean;
  readonly hashLabel: HashLabel;
}

/**
 * - `unwritten`: the present template is in no revision yet; the effects put it there, and the next pass goes on.
 * - `written`: `newest` holds the present template; the effects, if any, give it the highest number.
 */
export type History =
  | { readonly type: "unwritten"; readonly effects: readonly Effect[] }
  | {
      readonly type: "written";
      readonly newest: ControllerRevision;
      /** The others, oldest first. */
      readonly former: readonly ControllerRevision[];
      readonly effects: readonly Effect[];
    };

export function historyOf(options: HistoryOptions): History {
  const { owner } = options;
  const revisions = inOrder(options.revisions);
  const highest = revisions.at(-1)?.revision ?? 0;
  const data = dataOf(owner.spec.template);
  const newest = revisions.findLast((one) => isSame(one.data, data));
  if (newest === undefined) return { type: "unwritten", effects: write(options, highest + 1) };
  const former = revisions.filter((one) => one !== newest);
  if (newest === revisions.at(-1)) return { type: "written", newest, former, effects: [] };
  const revision = highest + 1;
  const patch = { metadata: { resourceVersion: newest.metadata.resourceVersion }, revision };
  const target = targetOf(newest);
  const effects: Effect[] = [{ type: "patch", kind: controllerRevisionKind, target, patch }];
  return { type: "written", newest: { ...newest, revision }, former, effects };
}

function write(options: HistoryOptions, number: number): readonly Effect[] {
  const { owner, kind, isTaken, hashLabel } = options;
  if (!isTaken(revisionName(owner))) {
    return [{ type: "create", kind: controllerRevisionKind, object: newRevision(owner, number, hashLabel) }];
  }
  // Another template has the same hash, or another owner's revision has this name: the count changes the name.
  const status = { collisionCount: (owner.status?.collisionCount ?? 0) + 1 };
  const { resourceVersion } = owner.metadata;
  return [{ type: "writeStatus", kind, target: { ...targetOf(owner), resourceVersion }, status }];
}

/** Oldest first; of the same number the one that was made first. */
const inOrder = (revisions: readonly ControllerRevision[]): readonly ControllerRevision[] =>
  revisions.toSorted(
    (a, b) =>
      a.revision - b.revision ||
      a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
      a.metadata.name.localeCompare(b.metadata.name),
  );

/** The oldest of the former revisions beyond the limit, except those that are needed still. */
export function forget(
  former: readonly ControllerRevision[],
  revisionHistoryLimit = 10,
  isNeeded: (revision: ControllerRevision) => boolean = () => false,
): readonly Effect[] {
  const surplus = former.length - revisionHistoryLimit;
  return former
    .filter((one) => !isNeeded(one))
    .slice(0, Math.max(0, surplus))
    .map((one) => ({
      type: "delete",
      kind: controllerRevisionKind,
      target: targetOf(one),
      options: { preconditions: { uid: one.metadata.uid } },
    }));
}
