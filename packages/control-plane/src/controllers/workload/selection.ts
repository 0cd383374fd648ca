/** Which objects a workload's selector means. An empty one means none: the API forbids it, and it must never mean all. Pure. */
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import { labelQueryOf, matchesLabels } from "../../api/selectors.ts";

type Labels = Readonly<Record<string, string>> | undefined;

export const selects = (selector: LabelSelector | undefined, labels: Labels): boolean =>
  matcherOf(selector)(labels);

/** The same as a test for many objects: the selector is read once. */
export function matcherOf(selector: LabelSelector | undefined): (labels: Labels) => boolean {
  const query = labelQueryOf(selector);
  return query.length === 0 ? () => false : (labels) => matchesLabels(query, labels);
}

/** Stands for selectors that ask for no particular label. */
const anyLabel = "*";

/**
 * Labels as `key=value`, of which everything that the selector means has one: where to look for selectors that mean a
 * given object (`labelsToLookFor`). Which label does not matter, so the first that names its value is taken.
 */
export function labelsAskedFor(selector: LabelSelector | undefined): readonly string[] {
  const query = labelQueryOf(selector);
  if (query.length === 0) return [];
  const named = query.find(({ operator }) => operator === "=" || operator === "in");
  return named === undefined ? [anyLabel] : named.values.map((value) => `${named.key}=${value}`);
}

/** Under which of `labelsAskedFor` a selector that means an object with these labels may stand. */
export const labelsToLookFor = (labels: Labels): readonly string[] => [
  anyLabel,
  ...Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`),
];
