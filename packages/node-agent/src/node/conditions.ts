/** Whether the board is short of something, with a margin before it is well again. Pure. */
import type { Condition } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { HostCapacity, HostVitals } from "../ports/host.ts";

interface Rule {
  readonly type: "MemoryPressure" | "DiskPressure" | "PIDPressure";
  readonly short: readonly [reason: string, message: string];
  readonly enough: readonly [reason: string, message: string];
  /** What is left, and below how much it is short; undefined when the board cannot tell. */
  readonly left: (
    vitals: HostVitals,
    capacity: HostCapacity,
  ) => readonly [left: number, least: number] | undefined;
}

/** Kubernetes' own thresholds: 100 MiB of memory, a tenth of the disk; and a tenth of the process numbers. */
const memoryLeastBytes = 100 * 1024 * 1024;
const diskLeastShare = 0.1;
const pidsLeastShare = 0.1;
/** So much more than the threshold must be there before a shortage is over. */
const margin = 1.2;

const rules: readonly Rule[] = [
  {
    type: "MemoryPressure",
    short: ["AgentHasInsufficientMemory", "the board is short of memory"],
    enough: ["AgentHasSufficientMemory", "the board has enough memory"],
    left: ({ memoryAvailableBytes }) => [memoryAvailableBytes, memoryLeastBytes],
  },
  {
    type: "DiskPressure",
    short: ["AgentHasDiskPressure", "the board is short of disk space"],
    enough: ["AgentHasNoDiskPressure", "the board has enough disk space"],
    left: ({ diskAvailableBytes }, { diskBytes }) => [diskAvailableBytes, diskBytes * diskLeastShare],
  },
  {
    type: "PIDPressure",
    short: ["AgentHasInsufficientPID", "the board is short of process numbers"],
    enough: ["AgentHasSufficientPID", "the board has enough process numbers"],
    left: ({ pidsUsed, pidsMax }) =>
      pidsUsed === undefined || pidsMax === undefined
        ? undefined
        : [pidsMax - pidsUsed, pidsMax * pidsLeastShare],
  },
];

export function pressureConditions(
  vitals: HostVitals,
  capacity: HostCapacity,
  { before, now }: { readonly before: readonly Condition[]; readonly now: number },
): readonly Condition[] {
  return rules.map(({ type, short, enough, left: leftOf }) => {
    const known = before.find((condition) => condition.type === type);
    const [left, least] = leftOf(vitals, capacity) ?? [1, 0];
    const isShort = left < least * (known?.status === "True" ? margin : 1);
    const status = isShort ? "True" : "False";
    const [reason, message] = isShort ? short : enough;
    const since = known?.status === status ? known.lastTransitionTime : undefined;
    const at = timestamp(now);
    return { type, status, reason, message, lastHeartbeatTime: at, lastTransitionTime: since ?? at };
  });
}
