/**
 * What the detector says about boards: the port between the beats (a worker thread) and node life.
 */
import type { Subscription } from "@kubus/shared/bus/bus.ts";

/**
 * - `alive`: beats arrive.
 * - `suspect`: a few are missing; nothing is done yet.
 * - `agentStopped`: no beats, but the board's kernel answers, or the agent said goodbye.
 * - `silent`: nothing on any path for the whole timeout.
 * - `unknown`: this server cannot tell (just started, its own link is down, every board silent at once).
 */
export type Verdict = "alive" | "suspect" | "agentStopped" | "silent" | "unknown";

export interface NodeLiveness {
  readonly node: string;
  readonly verdict: Verdict;
  /** Wall-clock milliseconds since when. */
  readonly since: number;
  /** What the newest beat said of itself. */
  readonly ready: boolean;
  readonly agentId?: string;
  readonly bootId?: string;
}

export interface Liveness {
  of(node: string): NodeLiveness | undefined;
  list(): readonly NodeLiveness[];
  onChange(listener: (liveness: NodeLiveness) => void): Subscription;
}
