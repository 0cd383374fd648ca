/** Pauses that grow, with a ceiling. Pure. */
export interface Backoff {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/** The pause before try number `attempt` (1 is the first repetition). */
export const pauseMs = ({ firstMs, factor, maxMs }: Backoff, attempt: number): number =>
  Math.min(firstMs * factor ** Math.max(0, attempt - 1), maxMs);
