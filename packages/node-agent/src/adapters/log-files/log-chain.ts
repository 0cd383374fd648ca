/** A log and the older files beside it (`.1` is the youngest of them), told apart by inode while they are renamed. */
import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The files of one log that exist now, oldest first. */
export async function logFilesOf(path: string): Promise<readonly string[]> {
  const base = basename(path);
  const names = await readdir(dirname(path));
  const ages = names.flatMap((name) => {
    if (name === base) return [0];
    const age = name.startsWith(`${base}.`) ? Number(name.slice(base.length + 1)) : Number.NaN;
    return Number.isInteger(age) && age > 0 ? [age] : [];
  });
  const older = (age: number) => (age === 0 ? path : join(dirname(path), `${base}.${age}`));
  return ages.sort((a, b) => b - a).map(older);
}

export interface OpenLog {
  readonly handle: FileHandle;
  readonly inode: number;
}

/** A rotation takes an instant and comes once in megabytes: nobody meets so many in a row. */
const triesMax = 20;

/** All files of one log, oldest first, as they were at one instant: a rotation meanwhile makes it look again. */
export async function openLogs(path: string): Promise<readonly OpenLog[]> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const names = await logFilesOf(path);
    const files = await Promise.all(names.map(openLog));
    const found = files.filter((file) => file !== undefined);
    const now = await Promise.all(names.map(inodeOf));
    if (names.every((_, i) => files[i] !== undefined && files[i].inode === now[i])) return found;
    await closeAll(found);
  }
  throw new Error(`The log is rotated faster than it can be opened: ${path}`);
}

export const closeAll = async (files: readonly OpenLog[]): Promise<void> => {
  await Promise.all(files.map(({ handle }) => handle.close()));
};

/** Opens the file after the one with this inode; without one, the oldest. Undefined: it is the newest. */
export async function openAfter(path: string, inode: number | undefined): Promise<OpenLog | undefined> {
  const files = await openLogs(path);
  // A file that was rotated away altogether is followed by the oldest that is left.
  const next = files[files.findIndex((file) => file.inode === inode) + 1];
  await closeAll(files.filter((file) => file !== next));
  return next;
}

/** Undefined: it was renamed since it was listed. */
async function openLog(path: string): Promise<OpenLog | undefined> {
  try {
    const handle = await open(path, "r");
    const { ino } = await handle.stat();
    return { handle, inode: ino };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch {
    // Renamed again: the caller looks anew.
    return undefined;
  }
}
