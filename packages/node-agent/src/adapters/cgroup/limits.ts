/** Limits as the files of a control group want them. Pure. */
import type { ResourceLimits } from "../../ports/runtime.ts";
import type { Controller, Hierarchy } from "./hierarchies.ts";

/** The kernel counts processor time in periods of so many microseconds. */
const periodUs = 100_000;
/** v1 shares run from 2 to 262144, v2 weights from 1 to 10000. */
const sharesRange = { min: 2, max: 262_144 } as const;
const weightMax = 10_000;

export interface Setting {
  readonly file: string;
  readonly value: string;
  /** A kernel may lack it; then nothing is lost. */
  readonly optional?: boolean;
}

/** What to write, in this order, into a group of this hierarchy. */
export const settingsFor = (
  { version, controllers }: Hierarchy,
  limits: ResourceLimits,
): readonly Setting[] => controllers.flatMap((controller) => (version === 2 ? v2 : v1)[controller](limits));

const v1: Record<Controller, (limits: ResourceLimits) => readonly Setting[]> = {
  cpu: ({ cpuShares, cpuMillisMax }) => [
    ...setting("cpu.shares", cpuShares),
    ...(cpuMillisMax === undefined ? [] : setting("cpu.cfs_period_us", periodUs)),
    ...setting("cpu.cfs_quota_us", quotaUs(cpuMillisMax)),
  ],
  memory: ({ memoryBytesMax }) => [
    ...setting("memory.limit_in_bytes", memoryBytesMax),
    ...optionally("memory.memsw.limit_in_bytes", memoryBytesMax),
  ],
  pids: ({ pidsMax }) => setting("pids.max", pidsMax),
};

const v2: Record<Controller, (limits: ResourceLimits) => readonly Setting[]> = {
  cpu: ({ cpuShares, cpuMillisMax }) => [
    ...setting("cpu.weight", cpuShares === undefined ? undefined : weightOf(cpuShares)),
    ...setting(
      "cpu.max",
      cpuMillisMax === undefined ? undefined : `${String(quotaUs(cpuMillisMax))} ${periodUs}`,
    ),
  ],
  memory: ({ memoryBytesMax }) => [
    ...setting("memory.max", memoryBytesMax),
    ...optionally("memory.swap.max", memoryBytesMax === undefined ? undefined : 0),
  ],
  pids: ({ pidsMax }) => setting("pids.max", pidsMax),
};

const setting = (file: string, value: number | string | undefined): readonly Setting[] =>
  value === undefined ? [] : [{ file, value: String(value) }];
const optionally = (file: string, value: number | undefined): readonly Setting[] =>
  value === undefined ? [] : [{ file, value: String(value), optional: true }];

/** The kernel takes no quota below one millisecond. */
const quotaUs = (cpuMillis: number | undefined) =>
  cpuMillis === undefined ? undefined : Math.max(1_000, Math.round((cpuMillis * periodUs) / 1_000));

/** The kernel's own conversion of v1 shares. */
export function weightOf(shares: number): number {
  const { min, max } = sharesRange;
  const held = Math.min(max, Math.max(min, shares));
  return 1 + Math.floor(((held - min) * (weightMax - 1)) / (max - min));
}
