/** A clock that only moves when told to. Timers fire in the order of their times. */
import type { Clock } from "../time/clock.ts";
import { settle } from "./settle.ts";

interface Alarm {
  readonly id: number;
  readonly at: number;
  readonly fn: () => void;
}

export interface SimulatedClock extends Clock {
  /** Moves on, firing each timer at its own time and letting promises settle after each. */
  advance(ms: number): Promise<void>;
  /** Wall-clock times of all timers that are set, ascending. */
  pending(): readonly number[];
}

/** 2026-01-01T00:00:00Z: a round start makes golden files readable. */
const start = Date.UTC(2026, 0, 1);

export function simulatedClock(startMs: number = start): SimulatedClock {
  let now = startMs;
  let lastId = 0;
  const alarms = new Map<number, Alarm>();
  const earliest = () => [...alarms.values()].sort((a, b) => a.at - b.at || a.id - b.id).at(0);

  return {
    now: () => now,
    monotonic: () => now - startMs,
    setTimeout: (fn, timeoutMs) => {
      lastId += 1;
      alarms.set(lastId, { id: lastId, at: now + Math.max(0, timeoutMs), fn });
      return lastId;
    },
    clearTimeout: (id) => {
      alarms.delete(id as number);
    },
    pending: () => [...alarms.values()].map(({ at }) => at).sort((a, b) => a - b),
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (let next = earliest(); next !== undefined && next.at <= end; next = earliest()) {
        alarms.delete(next.id);
        now = next.at;
        next.fn();
        await settle();
      }
      now = end;
    },
  };
}
