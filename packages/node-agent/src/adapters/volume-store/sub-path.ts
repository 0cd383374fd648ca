/**
 * A part of a volume for one container (`subPath`).
 *
 * A writable volume is full of what containers made, links among it, and they may change it at any moment: so the way
 * is walked through open folders, never following a link, and what was opened is what is mounted.
 */
import { constants, realpathSync } from "node:fs";
import { mkdir, open, stat, writeFile, type FileHandle } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { removeFolder, unmountBelow } from "../process/mounts.ts";
import { run } from "../shim/run-program.ts";

const openedMode = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const folderMode = 0o750;

/** The file or folder behind a projected volume's links: no container writes there. */
export function projectedPart(volume: string, path: string): string {
  const whole = realpathSync(join(volume, path));
  if (isInside(realpathSync(volume), whole)) return whole;
  throw new Error(`subPath ${JSON.stringify(path)} leads out of its volume`);
}

export interface SubPathBinding {
  readonly volume: string;
  readonly path: string;
  /** Where it is bound, on the board's side. */
  readonly target: string;
}

/** Binds the part to `target`, in the place of what an earlier start of the container had there. */
export async function bindSubPath({ volume, path, target }: SubPathBinding): Promise<string> {
  const opened = await walk(volume, resolved(volume, path));
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await unmountBelow(target);
    await removeFolder(target);
    const isFolder = (await opened.stat()).isDirectory();
    await makePoint(target, isFolder);
    const source = `/proc/${process.pid}/fd/${opened.fd}`;
    await run("mount", ["-n", "--no-canonicalize", "--bind", source, target]);
    return target;
  } finally {
    await opened.close();
  }
}

/** The way without links as it is in this moment, as far as it exists. The walk sees whether that was true. */
function resolved(volume: string, path: string): readonly string[] {
  const root = realpathSync(volume);
  const words = path.split("/").filter((word) => word !== "" && word !== ".");
  if (words.includes("..")) throw new Error(`subPath ${JSON.stringify(path)} must not hold ".."`);
  for (let known = words.length; known >= 0; known -= 1) {
    const whole = realpathOf(join(root, ...words.slice(0, known)));
    if (whole === undefined) continue;
    if (!isInside(root, whole)) throw new Error(`subPath ${JSON.stringify(path)} leads out of its volume`);
    return [
      ...relative(root, whole)
        .split("/")
        .filter((word) => word !== ""),
      ...words.slice(known),
    ];
  }
  return words;
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // Not there yet: a shorter way is tried.
  }
}

async function walk(volume: string, words: readonly string[]): Promise<FileHandle> {
  let here = await open(volume, openedMode | constants.O_DIRECTORY);
  const { uid, gid } = await here.stat();
  for (const word of words) {
    const inside = `/proc/self/fd/${here.fd}/${word}`;
    try {
      const there = await openOrMake(inside, { uid, gid });
      await here.close();
      here = there;
    } catch (error) {
      await here.close();
      throw error;
    }
  }
  return here;
}

async function openOrMake(path: string, owner: { readonly uid: number; readonly gid: number }) {
  try {
    return await open(path, openedMode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  await mkdir(path, { mode: folderMode });
  const made = await open(path, openedMode | constants.O_DIRECTORY);
  await made.chown(owner.uid, owner.gid);
  await made.chmod(((await stat(dirname(path))).mode & 0o7777) | folderMode);
  return made;
}

async function makePoint(target: string, isFolder: boolean): Promise<void> {
  if (isFolder) await mkdir(target);
  else await writeFile(target, "");
}

const isInside = (root: string, path: string) => path === root || path.startsWith(`${root}/`);
