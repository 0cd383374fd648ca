/** The states of a node's life by name, and the limits that move it. Words only: the chart is node.machine.ts. */

export const nodeLimits = {
  /** An agent may be away this long: it is being upgraded, or somebody repairs it. Kubernetes' own five minutes. */
  agentStoppedMs: 5 * 60_000,
  /** A board that was lost so often within the window is flapping: new work goes elsewhere, if there is an elsewhere. */
  flapsMax: 3,
  flapWindowMs: 5 * 60_000,
} as const;

export type NodeLife =
  "unobserved" | "joining" | "ready" | "suspect" | "agentStopped" | "agentLost" | "unreachable";
