/** The browser's own clock. */
import type { Clock } from "@kubus/shared/time/clock.ts";

export const browserClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, timeoutMs) => setTimeout(fn, timeoutMs),
  clearTimeout: (id) => clearTimeout(id as number),
};
