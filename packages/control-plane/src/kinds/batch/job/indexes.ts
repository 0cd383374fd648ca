/** Sets of indexes as jobs write them: `1,3-5,7`, rising, below the number of completions. Pure. */

export type Indexes = { readonly intervals: readonly Interval[] } | { readonly problem: string };
export type Interval = readonly [first: number, last: number];

export function parseIndexes(text: string, completions: number): Indexes {
  const intervals: Interval[] = [];
  let last = -1;
  for (const part of text === "" ? [] : text.split(",")) {
    const interval = parseInterval(part, completions);
    if ("problem" in interval) return interval;
    const [first] = interval;
    if (intervals.length > 0 && last >= first)
      return { problem: `non-increasing order, previous: ${last}, current: ${first}` };
    intervals.push(interval);
    last = interval[1];
  }
  return { intervals };
}

export const indexCount = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0);

/** The first index that is in both. */
export function commonIndex(a: readonly Interval[], b: readonly Interval[]): number | undefined {
  for (const [first, last] of a) {
    const met = b.find(([otherFirst, otherLast]) => first <= otherLast && otherFirst <= last);
    if (met !== undefined) return Math.max(first, met[0]);
  }
  return undefined;
}

function parseInterval(text: string, completions: number): Interval | { readonly problem: string } {
  const limits = text.split("-");
  if (limits.length > 2)
    return {
      problem: `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    };
  const unreadable = limits.find((limit) => !/^\+?\d+$/.test(limit));
  if (unreadable !== undefined)
    return { problem: `cannot convert string to integer for index: ${JSON.stringify(unreadable)}` };
  const large = limits.find((limit) => Number(limit) >= completions);
  if (large !== undefined) return { problem: `too large index: ${JSON.stringify(large)}` };
  const [first = 0, last = first] = limits.map(Number);
  return first >= last && limits.length === 2
    ? { problem: `non-increasing order, previous: ${first}, current: ${last}` }
    : [first, last];
}
