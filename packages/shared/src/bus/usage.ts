/** What a board and the containers on it use, as its agent measured it. One document of JSON on a `usage` channel. */

export interface Used {
  /** Billionths of a core, on average over the window. */
  readonly cpuNanocores: number;
  readonly memoryBytes: number;
}

export interface Measured {
  /** The end of the window, in wall-clock milliseconds of the board. */
  readonly at: number;
  readonly windowMs: number;
}

export type NodeUsage = Used & Measured;

/** Only pods all of whose running containers were measured over a window. */
export interface PodUsage extends Measured {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly containers: readonly (Used & { readonly name: string })[];
}

export interface UsageReport {
  /** Absent until the board was looked at for the first time. */
  readonly node?: NodeUsage;
  readonly pods: readonly PodUsage[];
}
