/**
 * Who owns what after a write that is no apply: the writer owns what is new or has another value now, and nobody owns
 * what is gone (structured-merge-diff's Update). Pure.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { isSame } from "../same.ts";
import { capped } from "./cap.ts";
import { compareObjects, skeletonOf, type Comparison } from "./compare.ts";
import {
  entriesOf,
  inOrder,
  isOf,
  newEntry,
  parseEntries,
  type ManagedFieldsEntry,
  type Writer,
} from "./entry.ts";
import { difference, intersection, isEmpty, noFields, union } from "./field-set.ts";
import { isMap } from "./items.ts";
import type { Views } from "./views.ts";

export interface Update {
  readonly writer: Writer;
  /** As it is stored; undefined for a creation. */
  readonly live: KubeObject | undefined;
  /** As it will be stored. */
  readonly next: KubeObject;
  /** The managedFields that the writer sent. */
  readonly given?: unknown;
  /** RFC 3339. */
  readonly now: string;
  readonly views: Views;
  /** Members that this write cannot change, or that the server fills in. */
  readonly ignored?: ReadonlySet<string>;
}

/** The managedFields of `next`. */
export function trackUpdate(update: Update): readonly ManagedFieldsEntry[] {
  const { writer, live } = update;
  const entries = startingEntries(update);
  // Fields that nobody tracks are not tracked from the middle on: the first apply takes stock.
  if (live !== undefined && entries.length === 0) return entries;
  const compared = comparisons(update);
  const own = compared(writer.apiVersion);
  if (own === undefined || (isEmpty(own.changed) && isEmpty(own.removed))) return entries;
  const others = entries.flatMap((entry) => left(entry, compared(entry.apiVersion)));
  return inOrder(capped(isEmpty(own.changed) ? others : withOwn(others, entries, update, own)));
}

/**
 * Clients may edit the entries themselves, or reset them with an empty one. What cannot be read changes nothing, and
 * neither does a client that knows no managedFields and leaves them out.
 */
function startingEntries({ writer, live, given }: Update): readonly ManagedFieldsEntry[] {
  if (live === undefined) return [];
  const entries = entriesOf(live);
  if (given === undefined || (writer.subresource ?? "") !== "") return entries;
  if (isReset(given)) return [];
  if (isSame(given, entries)) return entries;
  const edited = parseEntries(given) ?? [];
  return edited.length === 0 ? entries : edited;
}

function isReset(given: unknown): boolean {
  if (!Array.isArray(given) || given.length > 1) return false;
  const [only = {}] = given as readonly unknown[];
  return isMap(only) && Object.keys(only).length === 0;
}

/** What changed, as seen in a version; undefined where that is not served any more. */
export function comparisons({
  live,
  next,
  views,
  ignored,
}: Pick<Update, "live" | "next" | "views" | "ignored">) {
  const known = new Map<string, Comparison | undefined>();
  return (apiVersion: string): Comparison | undefined => {
    if (known.has(apiVersion)) return known.get(apiVersion);
    const shape = views.shape(apiVersion);
    const before =
      shape === undefined || live === undefined
        ? shape && skeletonOf(shape)
        : views.inVersion(apiVersion, live);
    const comparison = shape && compareObjects(before, views.inVersion(apiVersion, next), shape, ignored);
    known.set(apiVersion, comparison);
    return comparison;
  };
}

/** What an entry keeps when somebody else changes an object; nothing when its version is gone. */
export function left(
  entry: ManagedFieldsEntry,
  comparison: Comparison | undefined,
): readonly ManagedFieldsEntry[] {
  if (comparison === undefined) return [];
  const fieldsV1 = difference(difference(entry.fieldsV1, comparison.changed), comparison.removed);
  if (fieldsV1 === entry.fieldsV1) return [entry];
  return isEmpty(fieldsV1) ? [] : [{ ...entry, fieldsV1 }];
}

function withOwn(
  others: readonly ManagedFieldsEntry[],
  entries: readonly ManagedFieldsEntry[],
  { writer, now }: Update,
  { changed, removed }: Comparison,
): readonly ManagedFieldsEntry[] {
  const had = entries.find((entry) => isOf(entry, writer))?.fieldsV1 ?? noFields;
  const fields = union(difference(had, removed), changed);
  return [...others.filter((entry) => !isOf(entry, writer)), newEntry(writer, fields, now)];
}

/** The fields of an entry that somebody else wants to have another value. */
export const conflictsOf = (entry: ManagedFieldsEntry, { changed }: Comparison) =>
  intersection(entry.fieldsV1, changed);
