/** A bug, found. It ends the actor's system; starting again is cheap, because only the store remembers. */
export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Error(`This cannot be: ${why}`);
}
