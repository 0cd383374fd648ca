/**
 * Sets of completion indexes: sorted intervals that neither touch nor overlap, written as `1,3-5,7`. Pure.
 *
 * A job may have 100,000 indexes; as intervals they are few while pods end roughly in order.
 */
import { indexCount, parseIndexes, type Interval } from "../../kinds/batch/job/indexes.ts";

export type IndexSet = readonly Interval[];

const noIndexes: IndexSet = [];

/** What a status says, below `completions`: an indexed job that shrank forgets what lies beyond. Unreadable text is empty. */
export function readIndexes(text: string | undefined, completions: number): IndexSet {
  const parsed = parseIndexes(text ?? "", Number.POSITIVE_INFINITY);
  if ("problem" in parsed) return noIndexes;
  return joined(
    parsed.intervals
      .filter(([first]) => first < completions)
      .map(([first, last]): Interval => [first, Math.min(last, completions - 1)]),
  );
}

/** Kubernetes' own text: three numbers in a row and more become a range. */
export const textOfIndexes = (set: IndexSet): string =>
  set
    .map(([first, last]) => (first === last ? first : `${first}${last === first + 1 ? "," : "-"}${last}`))
    .join(",");

export const indexSetOf = (indexes: Iterable<number>): IndexSet =>
  joined([...indexes].sort((a, b) => a - b).map((index): Interval => [index, index]));

export const unionOf = (...sets: readonly IndexSet[]): IndexSet =>
  joined(sets.flat().sort(([a], [b]) => a - b));

export const sizeOfIndexes = (set: IndexSet): number => indexCount(set);

/** How many of `set` are in `other`, too. */
export function commonCount(set: IndexSet, other: IndexSet): number {
  let count = 0;
  let at = 0;
  for (const [first, last] of set) {
    // Those that end before this interval begins end before all later ones.
    while ((other[at]?.[1] ?? Number.POSITIVE_INFINITY) < first) at += 1;
    for (let i = at; (other[i]?.[0] ?? Number.POSITIVE_INFINITY) <= last; i += 1) {
      const [otherFirst, otherLast] = other[i] ?? [0, -1];
      count += Math.min(last, otherLast) - Math.max(first, otherFirst) + 1;
    }
  }
  return count;
}

export function hasIndex(set: IndexSet, index: number): boolean {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = set[middle] ?? [0, -1];
    if (index < first) high = middle - 1;
    else if (index > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** The lowest indexes below `completions` that are not in the set, at most `count`. */
export function missingIndexes(set: IndexSet, count: number, completions: number): readonly number[] {
  const missing: number[] = [];
  let next = 0;
  for (const [first, last] of [...set, [completions, completions] as const]) {
    for (; next < Math.min(first, completions) && missing.length < count; next += 1) missing.push(next);
    next = Math.max(next, last + 1);
  }
  return missing;
}

/** Joins what touches or overlaps; the intervals come in the order of their beginnings. */
function joined(intervals: readonly Interval[]): IndexSet {
  const result: [number, number][] = [];
  for (const [first, last] of intervals) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}
