/**
 * Time as a port. A superset of XState's `Clock`, so that one clock drives machines and everything else.
 *
 * Durations are milliseconds. Nothing outside adapters may ask the system for the time.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, UTC. It may jump. */
  now(): number;
  /** Milliseconds that only ever grow, from an unspecified start. For measuring spans. */
  monotonic(): number;
  setTimeout(fn: (...args: unknown[]) => void, timeoutMs: number): unknown;
  clearTimeout(id: unknown): void;
}

/** A wall-clock instant as the API writes it: RFC 3339, UTC, whole seconds. */
export const timestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/** A wall-clock instant with microseconds (Kubernetes' MicroTime). */
export const microTimestamp = (ms: number): string => new Date(ms).toISOString().replace(/Z$/, "000Z");
