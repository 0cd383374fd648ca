/** The machine's own clock. The only place, with the simulated one, where time enters. */
import type { Clock } from "./clock.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, timeoutMs) => setTimeout(fn, timeoutMs),
  clearTimeout: (id) => {
    clearTimeout(id as NodeJS.Timeout);
  },
};
