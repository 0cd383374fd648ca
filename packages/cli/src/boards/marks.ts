/**
 * Processes that carry a mark in their environment, and all that descend from them.
 *
 * This is how a machine without root keeps its processes together: there are no control groups to ask.
 */
import { markVariable } from "@kubus/shared/adapters/machine-mark.ts";
import { readdirSync, readFileSync } from "node:fs";
import { becomesTrue } from "../adapters/await-condition.ts";
import { identify, signal } from "../adapters/processes.ts";

const endMs = 5_000;

/** `NAME=value` for `env`; without a machine, the beginning of the marks of all machines of the cluster. */
export const machineMark = (id: string, machine = ""): string => `${markVariable}=${id}/${machine}`;

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly isMarked: boolean;
}

/** SIGKILL to all marked processes and their descendants. Resolves when none is left. */
export async function endMarked(mark: string): Promise<void> {
  const isOver = await becomesTrue(
    () => {
      const pids = family(processes(mark));
      for (const pid of pids) {
        const identity = identify(pid);
        if (identity !== undefined) signal(identity, "SIGKILL");
      }
      return pids.length === 0;
    },
    { deadlineMs: endMs },
  );
  if (!isOver) throw new Error(`Processes with ${mark} do not end.`);
}

/** The marked and their descendants. Pure. */
export function family(seen: readonly Seen[]): readonly number[] {
  const found = new Set(seen.filter(({ isMarked }) => isMarked).map(({ pid }) => pid));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of seen) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

function processes(mark: string): readonly Seen[] {
  return readdirSync("/proc").flatMap((name): readonly Seen[] => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || identify(pid) === undefined) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return [{ pid, parent, isMarked: hasMark(readFileSync(`/proc/${name}/environ`, "utf8"), mark) }];
    } catch {
      return []; // It ended, or belongs to somebody else.
    }
  });
}

/** A mark with a machine's name must match wholly, one without is a beginning. Pure. */
export const hasMark = (environ: string, mark: string): boolean =>
  environ.split("\0").some((line) => line === mark || (mark.endsWith("/") && line.startsWith(mark)));
