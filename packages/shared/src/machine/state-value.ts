/**
 * XState's state values as text and as paths. Pure, and free of XState, so that the page can use it too.
 *
 * A value is a word, or an object of values for nested and parallel states.
 */

/** Every active state as a dotted path from the root, parents before children. */
export function activePaths(value: unknown, prefix = ""): readonly string[] {
  if (typeof value === "string") return [prefix + value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    prefix + name,
    ...activePaths(inner, `${prefix}${name}.`),
  ]);
}

/** The innermost active states: `reconciling.current`, or `pulse.beating+acquaintance.known`. */
export function stateText(value: unknown): string {
  const paths = activePaths(value);
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`))).join("+");
}

/** Whether two values name the same states. */
export function isSameState(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === "string" || typeof b === "string") return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
