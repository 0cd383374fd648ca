/** The control group hierarchies of this machine: v2 (a Pi), v1, or both side by side. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Controller = "cpu" | "memory" | "pids";

export interface Hierarchy {
  readonly version: 1 | 2;
  /** Where it is mounted. */
  readonly root: string;
  readonly controllers: readonly Controller[];
}

const wanted: readonly Controller[] = ["cpu", "memory", "pids"];

/** Those in which groups are worth making. Pure: `mountinfo` is the kernel's text. */
export function hierarchiesIn(
  mountinfo: string,
  controllersOf: (root: string) => readonly string[],
): readonly Hierarchy[] {
  const all = mountinfo
    .split("\n")
    .flatMap((line): readonly (Hierarchy & { readonly freezer: boolean })[] => {
      const [left = "", right = ""] = line.split(" - ");
      const root = left.split(" ")[4] ?? "";
      const [type, , options = ""] = right.split(" ");
      if (type !== "cgroup" && type !== "cgroup2") return [];
      const names = type === "cgroup2" ? controllersOf(root) : options.split(",");
      const controllers = wanted.filter((name) => names.includes(name));
      return [{ version: type === "cgroup2" ? 2 : 1, root, controllers, freezer: names.includes("freezer") }];
    });
  const hasV2 = all.some(({ version }) => version === 2);
  // Without v2 the freezer is what holds processes still while they are killed.
  return all
    .filter(
      ({ version, controllers, freezer }) => version === 2 || controllers.length > 0 || (freezer && !hasV2),
    )
    .map(({ version, root, controllers }) => ({ version, root, controllers }));
}

export const hierarchies = (): readonly Hierarchy[] =>
  hierarchiesIn(readFileSync("/proc/self/mountinfo", "utf8"), (root) =>
    readFileSync(join(root, "cgroup.controllers"), "utf8").trim().split(/\s+/),
  );
