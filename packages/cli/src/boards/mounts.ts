/**
 * Folders that agents mount into, emptied and removed without ever walking into a mount.
 *
 * INVARIANT: nothing below a path is removed while mountinfo lists a mount under it: a leftover bind mount
 * would delete the host's files.
 */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tryRun } from "../adapters/programs.ts";

/** Mount points at or below `path`, innermost first. Pure; `mountinfo` is the kernel's text. */
export function mountsBelow(mountinfo: string, path: string): readonly string[] {
  return mountinfo
    .split("\n")
    .map((line) => unescape(line.split(" ")[4] ?? ""))
    .filter((point) => point === path || point.startsWith(`${path}/`))
    .reverse();
}

/** The kernel writes blanks and the like as octal. */
const unescape = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const mountinfo = () => readFileSync("/proc/self/mountinfo", "utf8");

/** Unmounts all below `path`, lazily where somebody still looks. Rejects when something stays mounted. */
export async function unmountBelow(path: string): Promise<void> {
  const reasons: string[] = [];
  for (const point of mountsBelow(mountinfo(), path)) {
    const { code, stderr } = await tryRun("umount", ["--lazy", "--no-canonicalize", point]);
    if (code !== 0) reasons.push(stderr.trim());
  }
  const left = mountsBelow(mountinfo(), path);
  if (left.length > 0) throw new Error(`Still mounted: ${left.join(", ")}. ${reasons.join(" ")}`);
}

/** Removes the folder after everything below it is unmounted. */
export async function removeFolder(path: string): Promise<void> {
  await unmountBelow(path);
  if (mountsBelow(mountinfo(), path).length > 0)
    throw new Error(`Something was mounted below ${path} meanwhile.`);
  await rm(path, { recursive: true, force: true });
}
