/** Processes as /proc shows them: whose they are, what time they took, what memory they hold. */
import { namesIn, readText } from "./proc.ts";

export interface ProcessTimes {
  readonly pid: number;
  readonly session: number;
  /** Its own, and that of its children that ended and were waited for. */
  readonly cpuSeconds: number;
}

/** The kernel's clock ticks as programs see them: the same on every Linux machine. */
const ticksPerSecond = 100;

/** Of the text of /proc/PID/stat. Undefined when it is not such a text. Pure. */
export function processTimesIn(stat: string): ProcessTimes | undefined {
  // The second field is the name in parentheses and may hold anything; the third is the state.
  const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [pid, session] = [Number.parseInt(stat, 10), Number(rest[3])];
  const ticks = rest.slice(11, 15).reduce((sum, text) => sum + Number(text), 0);
  if (!(pid > 0) || !(session >= 0) || Number.isNaN(ticks)) return undefined;
  return { pid, session, cpuSeconds: ticks / ticksPerSecond };
}

/** Every process of the machine that is there now. */
export const allProcesses = (): readonly ProcessTimes[] =>
  namesIn("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => processTimesIn(readText(`/proc/${pid}/stat`) ?? "") ?? []);

/** Pages that several processes share are divided between them. */
export const memoryOfProcesses = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + memoryOf(pid), 0);

function memoryOf(pid: number): number {
  const kilobytes =
    kilobytesIn(readText(`/proc/${pid}/smaps_rollup`), "Pss") ??
    kilobytesIn(readText(`/proc/${pid}/status`), "VmRSS");
  return (kilobytes ?? 0) * 1_024;
}

function kilobytesIn(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text ?? "")?.[1];
  return found === undefined ? undefined : Number(found);
}
