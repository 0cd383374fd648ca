/** Named limits of the agent, with their units and why they are what they are. */

/** Processes and threads of one pod: a fork bomb must not take the board with it. */
export const podPidsMax = 4_096;

/** What the board keeps for itself: kernel, agent, system services. Taken off the capacity. */
export const systemReserve = { cpuMillis: 100, memoryBytes: 128 * 1024 * 1024, diskShare: 0.1 } as const;

/** A pod that is no longer in the API has nobody who waits for it: it gets a short farewell. */
export const orphanGraceMs = 2_000;

/** Kubernetes' default for pods that do not say. */
export const defaultGraceSeconds = 30;

/** The node's status is written at least so often, so that its heartbeat times stay fresh. */
export const nodeStatusIntervalMs = 300_000;

/**
 * Vitals are looked at so often; figures are shown at most every `showMs`, words such as `throttled` every `tellMs`:
 * every write wears the server's SD card. The busiest board that there can be writes 12 MB a day, an idle one nothing.
 */
export const vitalsLimits = { lookMs: 1_000, tellMs: 10_000, showMs: 30_000 } as const;

/** So many looks are averaged: figures of the processors jump from second to second. */
export const vitalsAveraged = 10;

/**
 * What containers use is looked at so often; a rate over less than `spanMinMs` would be noise. Kubernetes' metrics have
 * the same spans. `nodeWindowMs`: the board's own figures are averages over so long.
 */
export const usageLimits = {
  lookMs: 15_000,
  spanMinMs: 10_000,
  nodeWindowMs: vitalsAveraged * vitalsLimits.lookMs,
} as const;

/** Events that wait to be sent; beyond it the oldest are dropped: they are news, not memory. */
export const eventsWaitingMax = 100;

/** How much of a log is read at once. */
export const logChunkBytes = 64 * 1024;
