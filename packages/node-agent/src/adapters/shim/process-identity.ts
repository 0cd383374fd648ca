/**
 * Processes by pid and start time: a pid alone may be somebody else's by now.
 *
 * INVARIANT: no signal goes to a process whose start time is not the one on record.
 */
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, as the kernel writes them: field 22 of /proc/PID/stat. */
  readonly start: string;
}

/** Of the text of /proc/PID/stat. Undefined when it is not such a text. Pure. */
export function parseStat(stat: string): (ProcessIdentity & { readonly state: string }) | undefined {
  // The second field is the name in parentheses and may hold anything; the third is the state.
  const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [pid, state, start] = [Number.parseInt(stat, 10), rest[0], rest[19]];
  if (!(pid > 0) || state === undefined || start === undefined) return undefined;
  return { pid, state, start };
}

/** Undefined when there is no such process, or only its zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const found = parseStat(readOrEmpty(`/proc/${pid}/stat`));
  if (found === undefined || found.state === "Z" || found.state === "X") return undefined;
  return { pid: found.pid, start: found.start };
}

export const isAlive = ({ pid, start }: ProcessIdentity): boolean => identify(pid)?.start === start;

/** Whether it was there to be told. `group`: all of the process group that it leads. */
export function signalProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  target: "process" | "group" = "process",
): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(target === "group" ? -identity.pid : identity.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    return false; // Ended in this moment.
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // It has ended.
  }
}
