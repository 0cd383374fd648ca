/**
 * Control groups below one parent: made with limits, entered, killed at once, counted for memory kills, removed.
 *
 * Everything that a container ever started is in its group or below it, whatever became of its parents. Killing is by
 * group: it misses nothing and hits nobody else.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { ContainerUsage, ResourceLimits } from "../../ports/runtime.ts";
import { memoryOfProcesses } from "../host/processes.ts";
import { readText } from "../host/proc.ts";
import { hierarchies, type Hierarchy } from "./hierarchies.ts";
import { settingsFor, type Setting } from "./limits.ts";
import { cpuSecondsIn, workingSetIn } from "./usage.ts";
import { retried } from "../retried.ts";

/** After SIGKILL a process is gone within milliseconds, unless the kernel holds it. */
const emptyWithinMs = 10_000;

export interface Groups {
  /** What cannot be limited on this machine, one line each. */
  readonly limitations: readonly string[];
  make(path: string, limits?: ResourceLimits): Promise<void>;
  /** A group that only serves to kill what is in it; limits are its parent's. */
  makeForKilling(path: string): Promise<void>;
  /** Files into which a process writes 0 to enter the group, wherever that group was made. */
  entries(path: string): readonly string[];
  /** SIGKILL to all in the group and below. Resolves when it was sent to each. */
  kill(path: string): Promise<void>;
  pids(path: string): readonly number[];
  /** Whether the kernel has killed something of the group for want of memory. */
  outOfMemory(path: string): boolean;
  /** What all in the group and below have used. Undefined when there is no such group, or no time is counted. */
  usage(path: string): ContainerUsage | undefined;
  /** Waits until the group is empty, and removes it and those below. Nothing there is fine. */
  remove(path: string): Promise<void>;
}

export interface GroupsOptions {
  /** Relative to the hierarchies' roots. */
  readonly parent: string;
  readonly clock: Clock;
  /** For tests: instead of the machine's own. */
  readonly hierarchies?: readonly Hierarchy[];
}

export function openGroups({ parent, clock, hierarchies: given }: GroupsOptions): Groups {
  const all = given ?? hierarchies();
  // Where all processes of a group are found and killed.
  const killing = all.find(({ version }) => version === 2) ?? all.at(-1);
  const at = ({ root }: Hierarchy, path: string) => join(root, parent, path);
  const foldersOf = (path: string) => all.map((one) => at(one, path)).filter((folder) => existsSync(folder));

  const make = async (hierarchy: Hierarchy, path: string, limits: ResourceLimits) => {
    const folder = at(hierarchy, path);
    if (hierarchy.version === 2) await handDown(hierarchy, join(parent, path));
    await mkdir(folder, { recursive: true });
    for (const one of settingsFor(hierarchy, limits)) await apply(folder, one);
  };
  const pids = (path: string) => [...new Set(foldersOf(path).flatMap(pidsBelow))];

  return {
    limitations: (["cpu", "memory", "pids"] as const)
      .filter((name) => !all.some(({ controllers }) => controllers.includes(name)))
      .map((name) => `The kernel has no ${name} control group controller: limits on it are not enforced.`),
    make: async (path, limits = {}) => {
      await Promise.all(all.map((one) => make(one, path, limits)));
    },
    makeForKilling: async (path) => {
      if (killing !== undefined) await mkdir(at(killing, path), { recursive: true });
    },
    entries: (path) =>
      all.map((one) => {
        // Where the group was not made its parent's stands for it.
        const folder = existsSync(at(one, path)) ? at(one, path) : join(at(one, path), "..");
        return join(folder, "cgroup.procs");
      }),
    kill: async (path) => {
      for (const folder of foldersOf(path)) await killBelow(folder);
    },
    pids,
    outOfMemory: (path) =>
      all.some((one) => {
        if (!one.controllers.includes("memory")) return false;
        const file = one.version === 2 ? "memory.events" : "memory.oom_control";
        return /^oom_kill [1-9]/m.test(readOrEmpty(join(at(one, path), file)));
      }),
    usage: (path) => {
      const folders = all.map((one) => ({ version: one.version, folder: at(one, path) }));
      const cpuSeconds = cpuSecondsIn(folders, readText);
      if (cpuSeconds === undefined) return undefined;
      // A Pi whose kernel was started without the memory controller still has its processes.
      const workingSetBytes = workingSetIn(folders, readText) ?? memoryOfProcesses(pids(path));
      return { cpuSeconds, workingSetBytes };
    },
    remove: async (path) => {
      for (const folder of foldersOf(path)) {
        // The kernel lets go of a group a moment after its last process.
        await retried(() => removeBelow(folder), { clock, withinMs: emptyWithinMs });
      }
    },
  };
}

/** v2 gives a group its controllers only when all above it hand them down. */
async function handDown({ root, controllers }: Hierarchy, path: string): Promise<void> {
  if (controllers.length === 0) return;
  const above = path.split("/").slice(0, -1);
  const words = controllers.map((name) => `+${name}`).join(" ");
  for (let depth = 0; depth <= above.length; depth += 1) {
    const folder = join(root, ...above.slice(0, depth));
    await mkdir(folder, { recursive: true });
    const control = join(folder, "cgroup.subtree_control");
    const on = new Set(readOrEmpty(control).trim().split(/\s+/));
    if (!controllers.every((name) => on.has(name))) await writeFile(control, words);
  }
}

async function apply(folder: string, { file, value, optional = false }: Setting): Promise<void> {
  const path = join(folder, file);
  if (optional && !existsSync(path)) return;
  await writeFile(path, value);
}

async function killBelow(folder: string): Promise<void> {
  const all = join(folder, "cgroup.kill");
  if (existsSync(all)) return writeFile(all, "1");
  const freezer = join(folder, "freezer.state");
  const canFreeze = existsSync(freezer);
  // Frozen, nobody can fork away from the list; the signal takes effect with the thaw.
  if (canFreeze) await writeFile(freezer, "FROZEN");
  for (const pid of pidsBelow(folder)) killNow(pid);
  if (canFreeze) await writeFile(freezer, "THAWED");
  return undefined;
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // Ended in this moment.
  }
}

const pidsBelow = (folder: string): readonly number[] => [
  ...readOrEmpty(join(folder, "cgroup.procs")).split("\n").filter(Boolean).map(Number),
  ...groupsIn(folder).flatMap(pidsBelow),
];

function groupsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
}

async function removeBelow(folder: string): Promise<void> {
  for (const inner of groupsIn(folder)) await removeBelow(inner);
  try {
    await rmdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // Gone already: as wanted.
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // The group is gone, or this kernel has no such file.
  }
}
