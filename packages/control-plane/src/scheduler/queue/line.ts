/**
 * The line of pods that wait for a decision: the most important first, then whoever came first.
 *
 * Decisions take place one after the other, so that each sees the one before; after a number of them everything else
 * in this process gets its turn.
 */
import type { Clock } from "@kubus/shared/time/clock.ts";

export const lineLimits = {
  /** Decisions in a row. At 100 boards one takes about 0.2 ms. */
  turnsAtOnceMax: 25,
} as const;

export interface Line<T> {
  /** Resolves when it is this one's turn. */
  turn(item: T): Promise<void>;
}

interface Place<T> {
  readonly item: T;
  readonly number: number;
  readonly begin: () => void;
}

/** `isBefore` says who goes first where it is not the order of arrival. */
export function makeLine<T>(clock: Clock, isBefore: (a: T, b: T) => boolean): Line<T> {
  const places: Place<T>[] = [];
  let lastNumber = 0;
  let isCalling = false;

  const compare = (a: Place<T>, b: Place<T>) =>
    isBefore(a.item, b.item) ? -1 : isBefore(b.item, a.item) ? 1 : a.number - b.number;

  let isSorted = true;

  const call = () => {
    if (!isSorted) places.sort(compare);
    isSorted = true;
    for (const { begin } of places.splice(0, lineLimits.turnsAtOnceMax)) begin();
    isCalling = places.length > 0;
    if (isCalling) clock.setTimeout(call, 0);
  };

  return {
    turn: (item) =>
      new Promise((begin) => {
        lastNumber += 1;
        places.push({ item, number: lastNumber, begin });
        isSorted = false;
        if (isCalling) return;
        isCalling = true;
        // After everything that arrives at the same moment, so that the most important of them can be first.
        queueMicrotask(call);
      }),
  };
}
