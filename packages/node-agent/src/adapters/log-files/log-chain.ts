/** A log and the older files beside it (`.1` is the youngest of them), told apart by inode while they are renamed. */
import { open, readdir, type FileHandle } from "node:fs/promises";
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

/** Opens the file after the one with this inode; without one, the oldest. Undefined: it is the newest. */
export async function openAfter(path: string, inode: number | undefined): Promise<OpenLog | undefined> {
  const files: OpenLog[] = [];
  for (const file of await logFilesOf(path)) files.push(await openLog(file));
  const at = files.findIndex((file) => file.inode === inode);
  // A file that was rotated away altogether is followed by the oldest that is left.
  const next = files[at + 1];
  await Promise.all(files.filter((file) => file !== next).map(({ handle }) => handle.close()));
  return next;
}

async function openLog(path: string): Promise<OpenLog> {
  const handle = await open(path, "r");
  const { ino } = await handle.stat();
  return { handle, inode: ino };
}
