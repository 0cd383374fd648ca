/** The board's size: the machine's, its share when several boards live on it, or its cgroup's limits. */
import { statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { HostCapacity } from "../../ports/host.ts";
import { readNumber, readText } from "./proc.ts";
import { memoryOf } from "./vitals.ts";

export interface CapacityTerms {
  readonly stateDir: string;
  readonly cgroupParent: string;
  /** How many boards share the machine. */
  readonly machineShare: number;
}

/** Kubernetes' default. */
const podsMax = 110;

export async function capacityOf({
  stateDir,
  cgroupParent,
  machineShare,
}: CapacityTerms): Promise<HostCapacity> {
  const disk = await statfs(stateDir);
  const limits = cgroupLimits(cgroupParent);
  const cpuMillis = Math.floor((availableParallelism() * 1_000) / machineShare);
  const memoryBytes = Math.floor(memoryOf("MemTotal") / machineShare);
  return {
    cpuMillis: Math.min(cpuMillis, limits.cpuMillis ?? cpuMillis),
    memoryBytes: Math.min(memoryBytes, limits.memoryBytes ?? memoryBytes),
    diskBytes: Math.floor((disk.blocks * disk.bsize) / machineShare),
    podsMax,
  };
}

interface Limits {
  readonly cpuMillis: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** Both generations of cgroups; no limit reads as undefined. */
function cgroupLimits(parent: string): Limits {
  const [quota = "max", period = "100000"] = (readText(`/sys/fs/cgroup/${parent}/cpu.max`) ?? "max").split(
    " ",
  );
  const oldQuota = readNumber(`/sys/fs/cgroup/cpu/${parent}/cpu.cfs_quota_us`) ?? -1;
  const oldPeriod = readNumber(`/sys/fs/cgroup/cpu/${parent}/cpu.cfs_period_us`) ?? 100_000;
  const memory =
    readNumber(`/sys/fs/cgroup/${parent}/memory.max`) ??
    readNumber(`/sys/fs/cgroup/memory/${parent}/memory.limit_in_bytes`);
  const cpu =
    quota === "max" ? (oldQuota > 0 ? oldQuota / oldPeriod : undefined) : Number(quota) / Number(period);
  return { cpuMillis: cpu === undefined ? undefined : Math.floor(cpu * 1_000), memoryBytes: memory };
}
