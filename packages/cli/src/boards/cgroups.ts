/**
 * Control groups, in every hierarchy that this machine has: v2 (a Pi), v1, or both.
 *
 * A virtual machine is one group; everything that ever started on it is in it or below, whatever became of its
 * parents. Killing is by group, so it misses nothing and hits nobody else.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { becomesTrue } from "../adapters/await-condition.ts";

export interface Hierarchy {
  readonly version: 1 | 2;
  readonly root: string;
  readonly controllers: readonly string[];
}

/** Those v1 hierarchies in which a group is made; in the others nobody limits anything. */
const wanted = ["cpu", "memory", "pids"];

export const cgroupLimits = { emptyWithinMs: 10_000 } as const;

/** Pure: from /proc/self/mountinfo. `controllersOf` reads a v2 root's list. */
export function hierarchiesIn(
  mountinfo: string,
  controllersOf: (root: string) => readonly string[],
): readonly Hierarchy[] {
  return mountinfo.split("\n").flatMap((line): readonly Hierarchy[] => {
    const [left = "", right = ""] = line.split(" - ");
    const root = left.split(" ")[4] ?? "";
    const [type, , options = ""] = right.split(" ");
    if (type === "cgroup2") return [{ version: 2, root, controllers: controllersOf(root) }];
    if (type !== "cgroup") return [];
    return [{ version: 1, root, controllers: options.split(",").filter((name) => wanted.includes(name)) }];
  });
}

export const hierarchies = (): readonly Hierarchy[] =>
  hierarchiesIn(readFileSync("/proc/self/mountinfo", "utf8"), (root) =>
    readFileSync(join(root, "cgroup.controllers"), "utf8").trim().split(/\s+/),
  );

const used = () =>
  hierarchies().filter(({ version, controllers }) => version === 2 || controllers.length > 0);

export interface GroupLimits {
  readonly memoryBytesMax?: number;
  /** Share of a processor that is fought over: 1 to 10,000, where a group that nobody limits has 100. */
  readonly cpuWeight?: number;
}

/** The files of a group that hold its limits, in the words of its hierarchy. Pure. */
export function limitFiles(
  { version, controllers }: Pick<Hierarchy, "version" | "controllers">,
  { memoryBytesMax, cpuWeight }: GroupLimits,
): readonly { readonly file: string; readonly value: string }[] {
  const files: { readonly file: string; readonly value: string }[] = [];
  if (memoryBytesMax !== undefined && controllers.includes("memory")) {
    const file = version === 2 ? "memory.max" : "memory.limit_in_bytes";
    files.push({ file, value: String(memoryBytesMax) });
  }
  if (cpuWeight !== undefined && controllers.includes("cpu")) {
    // v1 counts in 1024ths where v2 counts in hundredths; 2 is its smallest.
    files.push(
      version === 2
        ? { file: "cpu.weight", value: String(cpuWeight) }
        : { file: "cpu.shares", value: String(Math.max(2, Math.round((cpuWeight * 1_024) / 100))) },
    );
  }
  return files;
}

/** Makes the group and those above it, with its controllers switched on for what lies below. */
export async function makeGroup(path: string, limits: GroupLimits = {}): Promise<void> {
  for (const hierarchy of used()) {
    const { version, root, controllers } = hierarchy;
    await mkdir(join(root, path), { recursive: true });
    if (version === 2) await enableControllers(root, path, controllers);
    for (const { file, value } of limitFiles(hierarchy, limits))
      await writeFile(join(root, path, file), value);
  }
}

async function enableControllers(root: string, path: string, controllers: readonly string[]): Promise<void> {
  const present = controllers.filter((name) => wanted.includes(name));
  if (present.length === 0) return;
  const parts = path.split("/");
  for (let depth = 0; depth <= parts.length; depth += 1) {
    const control = join(root, ...parts.slice(0, depth), "cgroup.subtree_control");
    await writeFile(control, present.map((name) => `+${name}`).join(" "));
  }
}

/** Files into which a process writes 0 to enter the group. On v2 processes live in leaves only. */
export async function makeLeaf(path: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const { root } of used()) {
    await mkdir(join(root, path), { recursive: true });
    files.push(join(root, path, "cgroup.procs"));
  }
  return files;
}

/** SIGKILL to all in the group and below, at once. Resolves when none is left. */
export async function killGroup(path: string): Promise<void> {
  const folders = hierarchies()
    .map(({ root }) => join(root, path))
    .filter((folder) => existsSync(folder));
  const isEmpty = await becomesTrue(
    async () => {
      for (const folder of folders) await killIn(folder);
      const left = await Promise.all(folders.map(processesIn));
      return left.every((pids) => pids.length === 0);
    },
    { deadlineMs: cgroupLimits.emptyWithinMs },
  );
  if (!isEmpty) throw new Error(`Processes in the control group ${path} do not end.`);
}

async function killIn(folder: string): Promise<void> {
  const all = join(folder, "cgroup.kill");
  if (existsSync(all)) return writeFile(all, "1");
  for (const pid of await processesIn(folder)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // Ended in this moment.
    }
  }
  return undefined;
}

async function processesIn(folder: string): Promise<readonly number[]> {
  const own = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => ""); // Gone: nobody is in it.
  const below = await Promise.all((await groupsIn(folder)).map(processesIn));
  return [...own.split("\n").filter(Boolean).map(Number), ...below.flat()];
}

async function groupsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

/** Removes the empty group and those below it, in every hierarchy. */
export async function removeGroup(path: string): Promise<void> {
  for (const { root } of hierarchies()) await removeBelow(join(root, path));
}

async function removeBelow(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const inner of await groupsIn(folder)) await removeBelow(inner);
  let reason: unknown;
  // The kernel lets go of a group a moment after its last process: EBUSY until then.
  const isGone = await becomesTrue(
    () =>
      rmdir(folder).then(
        () => true,
        (error: unknown) => {
          reason = error;
          return (error as NodeJS.ErrnoException).code === "ENOENT";
        },
      ),
    { deadlineMs: 2_000 },
  );
  if (!isGone) throw new Error(`The control group ${folder} cannot be removed: ${String(reason)}`);
}
