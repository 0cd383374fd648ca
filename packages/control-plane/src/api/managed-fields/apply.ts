/**
 * Server-side apply (structured-merge-diff's Apply): the object that is there, changed by what a manager applies.
 *
 * Fields that the manager applied before and does not any more are removed, unless another manager owns them.
 * Fields of others that would get another value are conflicts, unless it insists. Pure.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { entriesOf, inOrder, isOf, newEntry, type ManagedFieldsEntry, type Writer } from "./entry.ts";
import { fieldSetOf, withStructs } from "./field-set-of.ts";
import {
  difference,
  intersection,
  isEmpty,
  noFields,
  recursiveDifference,
  union,
  type FieldSet,
} from "./field-set.ts";
import { isSame } from "../same.ts";
import type { Members } from "./items.ts";
import { mergeConfiguration } from "./merge.ts";
import { removeFields } from "./remove.ts";
import { comparisons, conflictsOf, left, trackUpdate } from "./track-update.ts";
import { ungivable } from "./ungivable.ts";
import type { Views } from "./views.ts";

export interface Application {
  readonly writer: Writer;
  /** As it is stored; undefined when there is none yet. */
  readonly live: KubeObject | undefined;
  /** In the writer's version, checked. */
  readonly config: Members;
  /** The same as it was sent. */
  readonly sent: Members;
  readonly force: boolean;
  /** RFC 3339. */
  readonly now: string;
  readonly views: Views;
  /** What this way of writing cannot change, such as the status. */
  readonly reset: FieldSet;
}

/** Fields of another manager that an apply would change. */
export interface Conflict {
  readonly entry: ManagedFieldsEntry;
  readonly fields: FieldSet;
}

export type Applied =
  | {
      readonly type: "applied";
      /** In the writer's version, with its managedFields. */
      readonly object: Members;
    }
  | { readonly type: "conflicts"; readonly conflicts: readonly Conflict[] };

/** The manager of everything that was written before anybody applied to an object that nobody tracked. */
const beforeFirstApply = "before-first-apply";

export function apply(application: Application): Applied {
  const { writer, live, config, views, reset } = application;
  const { apiVersion } = writer;
  const shape = views.shape(apiVersion) ?? { type: "free" };
  const before = live === undefined ? {} : views.inVersion(apiVersion, live);
  const entries = live === undefined ? [] : trackedEntries(application, live);
  const last = entries.find((entry) => isOf(entry, writer));
  const set = recursiveDifference(difference(fieldSetOf(config, shape), ungivable), reset);
  const merged = mergeConfiguration(before, config, shape);
  const others = entries.filter((entry) => entry !== last);
  const owners = isEmpty(set) ? others : [...others, newEntry(writer, set, undefined)];
  // A map that lost its last member stays when it is applied empty.
  const object =
    last === undefined
      ? merged
      : mergeConfiguration(pruned(application, merged, { last, owners }), config, shape);
  return settled(application, { object, others, last, set });
}

interface Merged {
  readonly object: Members;
  readonly others: readonly ManagedFieldsEntry[];
  readonly last: ManagedFieldsEntry | undefined;
  readonly set: FieldSet;
}

function settled(application: Application, { object, others, last, set }: Merged): Applied {
  const { writer, live, force, now, views } = application;
  const compared = comparisons({ live, next: views.toStored(writer.apiVersion, object), views });
  const resets = (comparison: ReturnType<typeof compared>) =>
    comparison && {
      changed: recursiveDifference(comparison.changed, application.reset),
      removed: recursiveDifference(comparison.removed, application.reset),
    };
  const changes = others.map((entry) => ({ entry, comparison: resets(compared(entry.apiVersion)) }));
  const conflicts = changes
    .map(({ entry, comparison }) => ({
      entry,
      fields: comparison === undefined ? noFields : conflictsOf(entry, comparison),
    }))
    .filter(({ fields }) => !isEmpty(fields));
  if (conflicts.length > 0 && !force) return { type: "conflicts", conflicts };
  const kept = changes.flatMap(({ entry, comparison }) => left(entry, comparison));
  const own = resets(compared(writer.apiVersion));
  const isUnchanged = own !== undefined && isEmpty(own.changed) && isEmpty(own.removed);
  const isKnown = isUnchanged && last !== undefined && isSame(last.fieldsV1, set);
  const entry = newEntry(writer, set, isKnown ? last.time : now);
  const managedFields = inOrder(isEmpty(set) ? kept : [...kept, entry]);
  return { type: "applied", object: withEntries(object, managedFields) };
}

const withEntries = (object: Members, managedFields: readonly ManagedFieldsEntry[]): Members => ({
  ...object,
  metadata: { ...(object["metadata"] as Members | undefined), managedFields },
});

/** An object that nobody tracked belongs to nobody in particular. */
function trackedEntries(
  { writer, now, views }: Application,
  live: KubeObject,
): readonly ManagedFieldsEntry[] {
  const entries = entriesOf(live);
  if (entries.length > 0) return entries;
  const { apiVersion } = writer;
  const first: Writer = { manager: beforeFirstApply, operation: "Update", apiVersion };
  return trackUpdate({ writer: first, live: undefined, next: live, now, views });
}

interface Owners {
  readonly last: ManagedFieldsEntry;
  /** All managers with what they own from now on. */
  readonly owners: readonly ManagedFieldsEntry[];
}

/** The merged object without what its manager applied last time and nobody owns now. */
function pruned({ writer, views }: Application, merged: Members, { last, owners }: Owners): Members {
  const { apiVersion } = last;
  const shape = views.shape(apiVersion);
  if (shape === undefined) return merged;
  const convert = (object: Members, from: string, to: string): Members =>
    from === to ? object : views.inVersion(to, views.toStored(from, object));
  const whole = convert(merged, writer.apiVersion, apiVersion);
  const lastSet = withStructs(last.fieldsV1, shape);
  let rest = removeFields(whole, lastSet, shape);
  for (const [version, owned] of ownedByVersion(owners, apiVersion)) {
    const versionShape = views.shape(version);
    if (versionShape === undefined) continue;
    const all = convert(whole, apiVersion, version);
    const structs = (set: FieldSet) => withStructs(set, versionShape);
    const present = structs(fieldSetOf(convert(rest, apiVersion, version), versionShape));
    const gone = difference(structs(fieldSetOf(all, versionShape)), union(present, structs(owned)));
    rest = convert(removeFields(all, gone, versionShape), version, apiVersion);
  }
  const remaining = withStructs(fieldSetOf(rest, shape), shape);
  const gone = difference(withStructs(fieldSetOf(whole, shape), shape), remaining);
  return convert(removeFields(whole, intersection(gone, lastSet), shape), apiVersion, writer.apiVersion);
}

/** What anybody owns, in each version; `first` comes first. */
function ownedByVersion(
  entries: readonly ManagedFieldsEntry[],
  first: string,
): ReadonlyMap<string, FieldSet> {
  const sets = new Map<string, FieldSet>([[first, noFields]]);
  for (const { apiVersion, fieldsV1 } of entries)
    sets.set(apiVersion, union(sets.get(apiVersion) ?? noFields, fieldsV1));
  return sets;
}
