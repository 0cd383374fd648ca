/** The recent past of one kind: what a watch that resumes has missed. It knows how far back it reaches. */
import type { Revision } from "../store/store.ts";
import { cacheLimits, type CacheEvent } from "./cache.ts";

export class Ring {
  #events: CacheEvent[] = [];
  /** Every event after this revision is here. */
  #floor: Revision;

  constructor(floor: Revision) {
    this.#floor = floor;
  }

  get floor(): Revision {
    return this.#floor;
  }

  add(event: CacheEvent): void {
    this.#events.push(event);
    // A quarter more before it is cut, so that cutting costs little per event.
    if (this.#events.length < 1.25 * cacheLimits.ringEventsMax) return;
    this.#floor = this.#events.at(-cacheLimits.ringEventsMax - 1)?.revision ?? this.#floor;
    this.#events = this.#events.slice(-cacheLimits.ringEventsMax);
  }

  /** The events after `from`, oldest first, or undefined when some of them are forgotten. */
  since(from: Revision): readonly CacheEvent[] | undefined {
    if (from < this.#floor) return undefined;
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.revision ?? 0) <= from) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }

  /** Forgets everything; what comes after `floor` will be kept. */
  restart(floor: Revision): void {
    this.#events = [];
    this.#floor = floor;
  }
}
