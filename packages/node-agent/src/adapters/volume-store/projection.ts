/**
 * A folder whose files change all at once, in the layout that kubelet made known: `..data` leads to a folder with a
 * time in its name, and what users see are links through it.
 *
 * INVARIANT: whoever reads through the links sees all files of one write or all of the next.
 */
import { existsSync } from "node:fs";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { VolumeFile } from "../../ports/volume-store.ts";

const [current, next] = ["..data", "..data_tmp"];
const modes = { folder: 0o755, groupReads: 0o440, all: 0o777 } as const;

export const isProjected = (dir: string): boolean => existsSync(join(dir, current));

/** `gid`: a group that may read all of it. */
export async function project(dir: string, given: readonly VolumeFile[], gid?: number): Promise<void> {
  // Later sources win where two have the same path.
  const files = [...new Map(given.map((file) => [file.path, withGroup(file, gid)])).values()];
  if (isProjected(dir) && (await holds(join(dir, current), files, gid))) return;
  const former = isProjected(dir) ? await readdir(join(dir, current)) : [];
  const made = await mkdtemp(join(dir, `..${new Date().toISOString().replaceAll(/[-:T]/g, "_")}.`));
  await chmod(made, modes.folder);
  for (const file of files) await write(made, file, gid);
  await rm(join(dir, next), { force: true });
  await symlink(basename(made), join(dir, next));
  await rename(join(dir, next), join(dir, current));
  const names = new Set(files.map(({ path }) => path.split("/", 1)[0] ?? path));
  await showAll(dir, names);
  await forget(
    dir,
    former.filter((name) => !names.has(name)),
    basename(made),
  );
}

const withGroup = (file: VolumeFile, gid: number | undefined): VolumeFile =>
  gid === undefined ? file : { ...file, mode: file.mode | modes.groupReads };

async function write(root: string, { path, data, mode, uid }: VolumeFile, gid?: number): Promise<void> {
  const place = join(root, path);
  const first = await mkdir(dirname(place), { recursive: true });
  for (
    let folder = dirname(place);
    first !== undefined && folder.length >= first.length;
    folder = dirname(folder)
  )
    await chmod(folder, modes.folder);
  await writeFile(place, data, { mode: 0o600 });
  await chown(place, uid ?? 0, gid ?? 0);
  await chmod(place, mode);
}

async function showAll(dir: string, names: ReadonlySet<string>): Promise<void> {
  const present = await readdir(dir);
  for (const name of names) if (!present.includes(name)) await symlink(`${current}/${name}`, join(dir, name));
}

/** Takes away the links of what is gone, and the files of former writes. Points of other mounts stay. */
async function forget(dir: string, gone: readonly string[], made: string): Promise<void> {
  const written = (await readdir(dir)).filter(
    (name) => name.startsWith("..") && name !== current && name !== made,
  );
  for (const name of [...gone, ...written]) await rm(join(dir, name), { recursive: true, force: true });
}

async function holds(root: string, files: readonly VolumeFile[], gid: number | undefined): Promise<boolean> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  if (entries.filter((entry) => entry.isFile()).length !== files.length) return false;
  for (const file of files) if (!(await isThere(root, file, gid))) return false;
  return true;
}

async function isThere(root: string, file: VolumeFile, gid: number | undefined): Promise<boolean> {
  const place = join(root, file.path);
  const found = await lstat(place).catch(() => undefined);
  if (found?.isFile() !== true) return false;
  const { mode, uid, gid: group } = await stat(place);
  if ((mode & modes.all) !== file.mode || uid !== (file.uid ?? 0) || group !== (gid ?? 0)) return false;
  return (await readFile(place)).equals(file.data);
}
