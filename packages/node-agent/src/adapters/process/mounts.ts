/**
 * Mount points, and folders removed without ever walking into one.
 *
 * INVARIANT: nothing below a path is removed while mountinfo lists a mount under it: a leftover bind mount would
 * delete the board's files.
 */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
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
