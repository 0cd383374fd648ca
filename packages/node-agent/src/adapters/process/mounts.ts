/**
 * Mount points, and folders removed without ever walking into one.
 *
 * INVARIANT: nothing below a path is removed while mountinfo lists a mount under it: a leftover bind mount would
 * delete the board's files.
 */
import { readFileSync, statfsSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { run } from "../shim/run-program.ts";

/** Mount points at or below `path`, innermost first. Pure; `mountinfo` is the kernel's text. */
export const mountsBelow = (mountinfo: string, path: string): readonly string[] =>
  mountinfo
    .split("\n")
    .map((line) => unescaped(line.split(" ")[4] ?? ""))
    .filter((point) => point === path || point.startsWith(`${path}/`))
    .reverse();

/** The kernel writes blanks and the like as octal. */
const unescaped = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** A path as fstab spells it. Pure. */
export const escaped = (path: string): string =>
  path.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`);

export const mountinfo = (): string => readFileSync("/proc/self/mountinfo", "utf8");

/** The type that statfs gives for a namespace that is pinned to a path (NSFS_MAGIC in linux/magic.h). */
const namespaceFiles = 0x6e73_6673;

/**
 * Whether a namespace is pinned to the path. Asked for each pod again and again, so the kernel's list of mounts, which
 * grows with the pods, is not read.
 */
export const isPinned = (path: string): boolean => {
  try {
    return statfsSync(path).type === namespaceFiles;
  } catch {
    return false; // No such path: nothing is pinned there.
  }
};

/** Whether a file system of its own is mounted at the path. Bind mounts of the one around it are not noticed. */
export const isOwnFileSystem = (path: string): boolean => {
  try {
    return statSync(path).dev !== statSync(dirname(path)).dev;
  } catch {
    return false; // No such path.
  }
};

/** Unmounts all below `path`, lazily where somebody still looks. Rejects when something stays mounted. */
export async function unmountBelow(path: string): Promise<void> {
  const points = mountsBelow(mountinfo(), path);
  if (points.length > 0) await run("umount", ["--lazy", "--no-canonicalize", ...points]);
}

/** Rejects, and removes nothing, when something is mounted below it. Nothing there is fine. */
export async function removeFolder(path: string): Promise<void> {
  const left = mountsBelow(mountinfo(), path);
  if (left.length > 0) throw new Error(`Not removed, something is mounted there: ${left.join(", ")}`);
  await rm(path, { recursive: true, force: true });
}
