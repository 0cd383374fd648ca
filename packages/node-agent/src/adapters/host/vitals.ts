/** How the board fares, straight from /proc and /sys: a fraction of a millisecond each second. */
import { statfs } from "node:fs/promises";
import type { HostVitals } from "../../ports/host.ts";
import { namesIn, readNumber, readText } from "./proc.ts";

interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

export interface VitalsTerms {
  readonly stateDir: string;
  /** How many boards share the machine: each has its part of what is free, as of the whole. */
  readonly machineShare: number;
}

/** A function that measures; shares of the processors are those since its last call. */
export function vitalsReader({ stateDir, machineShare }: VitalsTerms): () => Promise<HostVitals> {
  let before: CpuTimes = { busy: 0, total: 0 };
  const sensors = findSensors();
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
      ...given("temperatureCelsius", sensors.temperature()),
      ...sensors.power(),
    };
  };
}

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

/** Which sensors a board has does not change while it runs. */
function findSensors() {
  const zones = namesIn("/sys/class/thermal").filter((name) => name.startsWith("thermal_zone"));
  const typed = zones.map((name) => ({ path: `/sys/class/thermal/${name}`, type: typeOf(name) }));
  const zone = typed.find(({ type }) => /cpu|soc|x86_pkg/.test(type)) ?? typed[0];
  const volts = namesIn("/sys/class/hwmon")
    .map((name) => `/sys/class/hwmon/${name}`)
    .find((path) => readText(`${path}/name`) === "rpi_volt");
  return {
    temperature: () => {
      const milli = zone === undefined ? undefined : readNumber(`${zone.path}/temp`);
      return milli === undefined ? undefined : milli / 1_000;
    },
    power: () => piPower(volts),
  };
}

const typeOf = (zone: string) => readText(`/sys/class/thermal/${zone}/type`) ?? "";

/** The Raspberry Pi firmware's own flags: bit 0 is under-voltage now, bits 1 to 3 are kinds of slowing down. */
function piPower(volts: string | undefined): Pick<HostVitals, "throttled" | "underVoltage"> {
  const flags = readText("/sys/devices/platform/soc/soc:firmware/get_throttled");
  const alarm = volts === undefined ? undefined : readNumber(`${volts}/in0_lcrit_alarm`);
  if (flags === undefined) return alarm === undefined ? {} : { underVoltage: alarm !== 0 };
  const bits = Number.parseInt(flags, 16);
  return { throttled: (bits & 0b1110) !== 0, underVoltage: (bits & 0b1) !== 0 };
}

function given<Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined || Number.isNaN(value) ? {} : ({ [name]: value } as Record<Name, number>);
}
