/**
 * Processes by identity: pid, start time and boot. A pid alone may be somebody else's by now.
 *
 * Nothing here ever looks for a process by its name.
 */
import { readFileSync } from "node:fs";
import type { ProcessIdentity } from "../cluster/journal.ts";

const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** Undefined when there is no such process, or only its zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  } catch {
    return undefined; // It has ended.
  }
  // The second field is the name in parentheses and may hold anything; the third is the state, the 22nd the start.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, start: fields[19] ?? "", boot: bootId };
}

export function isAlive({ pid, start, boot }: ProcessIdentity): boolean {
  return boot === bootId && identify(pid)?.start === start;
}

/** Does nothing when that very process is gone. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // Gone in this moment: as wanted.
  }
}

export const thisProcess = (): ProcessIdentity => {
  const own = identify(process.pid);
  if (own === undefined) throw new Error("This process is not in /proc: is /proc mounted?");
  return own;
};

/** The process with this pid, if `argument` is among its arguments. */
export function processRunning(pid: number, argument: string): ProcessIdentity | undefined {
  try {
    const words = readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").split("\0");
    return words.includes(argument) ? identify(pid) : undefined;
  } catch {
    return undefined; // There is none.
  }
}
