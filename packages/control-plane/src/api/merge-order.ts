/**
 * In which order a merged list comes: what the client orders in its order, everything else where it stood. Pure.
 *
 * Without an order of its own, a patch orders what it holds; what is new to the list therefore comes first.
 */
import { goText } from "./go-text.ts";
import { isObject } from "./merge-patch.ts";
import { badRequest } from "./refusals.ts";

export interface Ordering {
  /** The items in the order that the client wants. */
  readonly order: readonly unknown[];
  /** The items as they stood. */
  readonly live: readonly unknown[];
  /** What tells items apart; undefined: they are plain values. */
  readonly key: string | undefined;
}

/** What tells the items apart: values of the merge key, or the items themselves. */
export const keysOf = (items: readonly unknown[], key: string | undefined): readonly unknown[] =>
  key === undefined ? items : items.map((item) => (isObject(item) ? item[key] : undefined));

export function inOrder(items: readonly unknown[], { order, live, key }: Ordering): readonly unknown[] {
  const wanted = placesOf(keysOf(order, key));
  const stood = placesOf(keysOf(live, key));
  const keyOf = (item: unknown) => keysOf([item], key)[0];
  const by = (places: ReadonlyMap<unknown, number>) => (a: unknown, b: unknown) =>
    (places.get(keyOf(a)) ?? 0) - (places.get(keyOf(b)) ?? 0);
  const ordered = items.filter((item) => wanted.has(keyOf(item))).sort(by(wanted));
  const others = items.filter((item) => !wanted.has(keyOf(item))).sort(by(stood));
  const isBefore = (a: unknown, b: unknown): boolean => {
    const [first, second] = [stood.get(keyOf(a)), stood.get(keyOf(b))];
    return first !== undefined && second !== undefined && first < second;
  };
  const all: unknown[] = [];
  for (const item of ordered) {
    while (others.length > 0 && isBefore(others[0], item)) all.push(others.shift());
    all.push(item);
  }
  return [...all, ...others];
}

/** Where each key stands first. */
const placesOf = (keys: readonly unknown[]): ReadonlyMap<unknown, number> =>
  new Map(keys.map((key, i) => [key, i] as const).reverse());

/** Items that a patch holds must stand in its order list, in the same order. */
export function checkOrder(
  changes: readonly unknown[],
  order: readonly unknown[],
  key: string | undefined,
): void {
  if (order.length === 0) return;
  const plain = changes.filter((change) => !isObject(change) || !Object.hasOwn(change, "$patch"));
  const keys = keysOf(plain, key);
  let next = 0;
  for (const wanted of keysOf(order, key)) if (next < keys.length && keys[next] === wanted) next += 1;
  if (next < keys.length)
    throw badRequest(
      `The order in patch list:\n${goText(changes)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
    );
}
