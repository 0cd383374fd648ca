/**
 * How a node fares, named from what is known of it. Pure.
 *
 * The name decides what node life does (reconcile.ts) and what its machine shows (node.machine.ts).
 */
import type { Node } from "@kubus/shared/api/node.ts";
import type { NodeLiveness } from "./liveness.ts";

export const nodeLimits = {
  /** An agent may be away this long before its pods are evicted: it is being upgraded, or somebody repairs it. */
  agentStoppedMs: 5 * 60_000,
  /** A board that was lost so often within the window is flapping, and gets nothing new for a while. */
  flapsMax: 3,
  flapWindowMs: 5 * 60_000,
} as const;

/**
 * - `unobserved`: this server cannot tell yet; everything stays as it is.
 * - `joining`: beats arrive, but the agent cannot run pods yet.
 * - `agentStopped`: the board lives, its agent does not; nothing is evicted.
 * - `agentLost`: the same for longer than the limit; its pods are moved.
 * - `unreachable`: silence on every path; its pods are moved.
 */
export type NodeLife =
  "unobserved" | "joining" | "ready" | "suspect" | "agentStopped" | "agentLost" | "unreachable";

export function lifeOf(liveness: NodeLiveness | undefined, now: number): NodeLife {
  switch (liveness?.verdict) {
    case undefined:
    case "unknown":
      return "unobserved";
    case "alive":
      return liveness.ready ? "ready" : "joining";
    case "suspect":
      return "suspect";
    case "agentStopped":
      return now - liveness.since < nodeLimits.agentStoppedMs ? "agentStopped" : "agentLost";
    case "silent":
      return "unreachable";
  }
}

/** Where the times at which a node was lost are remembered: wall-clock milliseconds, newest last. */
export const lossesAnnotation = "kubus.io/lost-at";

/** When the node was lost within the window that counts. */
export const recentLosses = (node: Node, now: number): readonly number[] =>
  (node.metadata.annotations?.[lossesAnnotation] ?? "")
    .split(",")
    .map(Number)
    .filter((at) => at > 0 && now - at < nodeLimits.flapWindowMs);
