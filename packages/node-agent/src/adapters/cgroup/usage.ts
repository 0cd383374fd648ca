/** What a control group has used, read from its files in the words of either version. Pure. */
export interface GroupFolder {
  readonly version: 1 | 2;
  readonly folder: string;
}

/** The text of a file, or undefined when the kernel has no such file or the group is gone. */
type Read = (path: string) => string | undefined;

/** Processor time of the group and all below it. Undefined when nobody counts it. */
export const cpuSecondsIn = (groups: readonly GroupFolder[], read: Read): number | undefined =>
  firstOf(groups, ({ version, folder }) => {
    if (version === 2) return scaled(field(read(`${folder}/cpu.stat`), "usage_usec"), 1e6);
    return scaled(numberIn(read(`${folder}/cpuacct.usage`)), 1e9);
  });

/** All memory but the pages of files that were not used lately: what eviction goes by in Kubernetes, too. */
export const workingSetIn = (groups: readonly GroupFolder[], read: Read): number | undefined =>
  firstOf(groups, ({ version, folder }) => {
    const [all, idle] =
      version === 2 ? ["memory.current", "inactive_file"] : ["memory.usage_in_bytes", "total_inactive_file"];
    const used = numberIn(read(`${folder}/${all}`));
    if (used === undefined) return undefined;
    return Math.max(0, used - (field(read(`${folder}/memory.stat`), idle) ?? 0));
  });

function firstOf(
  groups: readonly GroupFolder[],
  valueOf: (group: GroupFolder) => number | undefined,
): number | undefined {
  for (const group of groups) {
    const value = valueOf(group);
    if (value !== undefined) return value;
  }
  return undefined;
}

const scaled = (value: number | undefined, divisor: number) =>
  value === undefined ? undefined : value / divisor;

const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;

/** `name value`, one a line. */
const field = (text: string | undefined, name: string): number | undefined =>
  numberIn(new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "")?.[1]);
