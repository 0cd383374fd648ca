/** How the board fares, straight from /proc and /sys: a fraction of a millisecond each second. */
import { statfs } from "node:fs/promises";
import type { HostVitals } from "../../ports/host.ts";
import { readNumber, readText } from "./proc.ts";
import { sensorsIn } from "./sensors.ts";

interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

export interface VitalsTerms {
  readonly stateDir: string;
  /** How many boards share the machine: each has its part of what is free, as of the whole. */
  readonly machineShare: number;
  /** Where sensors are read: /sys, or a folder that looks like it. */
  readonly sysfsRoot: string;
}

/** A function that measures; shares of the processors are those since its last call. */
export function vitalsReader({ stateDir, machineShare, sysfsRoot }: VitalsTerms): () => Promise<HostVitals> {
  let before: CpuTimes = { busy: 0, total: 0 };
  const sense = sensorsIn(sysfsRoot);
  return async () => {
    const now = cpuTimes(readText("/proc/stat") ?? "");
    const passed = now.total - before.total;
    const cpuUsed = passed <= 0 ? 0 : (now.busy - before.busy) / passed;
    before = now;
    const [load1 = "0", , , tasks = ""] = (readText("/proc/loadavg") ?? "").split(" ");
    const disk = await statfs(stateDir);
    return {
      cpuUsed,
      memoryAvailableBytes: memoryOf("MemAvailable") / machineShare,
      diskAvailableBytes: (disk.bavail * disk.bsize) / machineShare,
      load1: Number(load1),
      uptimeSeconds: Number((readText("/proc/uptime") ?? "0").split(" ", 1)[0]),
      ...traffic(readText("/proc/self/net/dev") ?? ""),
      ...given("pidsUsed", Number(tasks.split("/")[1] ?? Number.NaN)),
      ...given("pidsMax", readNumber("/proc/sys/kernel/pid_max")),
      ...given("pressure", pressureIn(pressureTexts())),
      ...sense(cpuUsed),
    };
  };
}

const pressureTexts = () => ["cpu", "memory", "io"].map((name) => readText(`/proc/pressure/${name}`));

export function memoryOf(field: "MemTotal" | "MemAvailable"): number {
  const [, kilobytes = "0"] =
    new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readText("/proc/meminfo") ?? "") ?? [];
  return Number(kilobytes) * 1_024;
}

function cpuTimes(stat: string): CpuTimes {
  const [line = ""] = stat.split("\n", 1);
  // user nice system idle iowait irq softirq steal; guest times are counted in user already.
  const times = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const total = times.reduce((sum, time) => sum + time, 0);
  const idle = (times[3] ?? 0) + (times[4] ?? 0);
  return { busy: total - idle, total };
}

/** Bytes over all interfaces but the loopback. */
function traffic(devices: string): Pick<HostVitals, "networkReceivedBytes" | "networkSentBytes"> {
  const rows = devices
    .split("\n")
    .slice(2)
    .map((row) => row.trim().split(/[:\s]+/))
    .filter(([name]) => name !== undefined && name !== "" && name !== "lo");
  const total = (column: number) => rows.reduce((sum, row) => sum + Number(row[column] ?? 0), 0);
  return { networkReceivedBytes: total(1), networkSentBytes: total(9) };
}

/**
 * Of the texts of /proc/pressure: the largest share of the last minute in which something waited. Undefined where the
 * kernel does not measure it. Pure.
 */
export function pressureIn(texts: readonly (string | undefined)[]): number | undefined {
  const shares = texts.flatMap((text) => {
    const percent = /^some .*avg60=([\d.]+)/m.exec(text ?? "")?.[1];
    return percent === undefined ? [] : [Number(percent) / 100];
  });
  return shares.length === 0 ? undefined : Math.max(...shares);
}

function given<Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined || Number.isNaN(value) ? {} : ({ [name]: value } as Record<Name, number>);
}
