/**
 * Writes that do not depend on each other, several at once: a bounded number, and no more than experience allows.
 *
 * It begins with a few and adds one with every success, so that the number doubles with each round. What is refused
 * for all of them (a quota, a broken webhook) is so found out at the cost of few requests.
 */
export interface Pace {
  /** Begun at once, before anything is known. At least 1. */
  readonly firstMax: number;
  /** Under way at once, at most. */
  readonly sideBySideMax: number;
  /** Whether the others are still begun after this failure. */
  readonly goesOnAfter: (error: unknown) => boolean;
}

/** Begins the items in order. Resolves with the failures, in the order in which they came, when nothing is under way. */
export async function sideBySide<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  { firstMax, sideBySideMax, goesOnAfter }: Pace,
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  const waiting = items.values();
  let [workers, isOver] = [0, false];
  const succeeds = async (item: T): Promise<boolean> => {
    try {
      await work(item);
      return true;
    } catch (error) {
      failures.push(error); // The caller's, when the others have ended.
      isOver ||= !goesOnAfter(error);
      return false;
    }
  };
  const worker = async (): Promise<void> => {
    workers += 1;
    const more: Promise<void>[] = [];
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      const isDone = await succeeds(next.value);
      if (isOver) break;
      if (isDone && workers < sideBySideMax) more.push(worker());
    }
    await Promise.all(more);
  };
  await Promise.all(Array.from({ length: Math.min(firstMax, sideBySideMax, items.length) }, worker));
  return failures;
}
