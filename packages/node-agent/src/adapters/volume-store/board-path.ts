/**
 * What of the board's own a pod mounts, and the folders of persistent volumes.
 *
 * INVARIANT: a folder is deleted only when it lies directly below one of the board's folders for volumes, is a folder
 * and no link, is used by no pod here, and nothing is mounted in it.
 */
import type { Stats } from "node:fs";
import { chmod, chown, lstat, mkdir, realpath, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { BoardPath, PathType } from "../../ports/volume-store.ts";
import { parentOf, type VolumeFolders } from "../../volume/folders.ts";
import { mountinfo, mountsBelow, removeFolder } from "../process/mounts.ts";
import { run } from "../shim/run-program.ts";

export type Folders = Omit<VolumeFolders, "node">;

/** As kubelet makes what a hostPath wants made. */
const modes = { madeFolder: 0o755, madeFile: 0o644, volume: 0o777, setGroup: 0o2000, own: 0o711 } as const;

const sorts: Readonly<
  Record<Exclude<PathType, "">, { readonly is: (stats: Stats) => boolean; readonly name: string }>
> = {
  DirectoryOrCreate: { is: (stats) => stats.isDirectory(), name: "a directory" },
  Directory: { is: (stats) => stats.isDirectory(), name: "a directory" },
  FileOrCreate: { is: (stats) => stats.isFile(), name: "a file" },
  File: { is: (stats) => stats.isFile(), name: "a file" },
  Socket: { is: (stats) => stats.isSocket(), name: "a socket file" },
  CharDevice: { is: (stats) => stats.isCharacterDevice(), name: "a character device" },
  BlockDevice: { is: (stats) => stats.isBlockDevice(), name: "a block device" },
};

/** Makes what may be made, and checks the rest. Rejects when something else is there. */
export async function prepare(place: BoardPath, folders: Folders): Promise<void> {
  if (place.type === "volume") return prepareVolume(place, folders);
  const { path, type } = place;
  const found = await statOf(path);
  if (found === undefined) return make(path, type);
  if (type === "" || sorts[type].is(found)) return;
  throw new Error(`hostPath type check failed: ${path} is not ${sorts[type].name}`);
}

async function make(path: string, type: PathType): Promise<void> {
  if (type === "" || type === "DirectoryOrCreate") {
    await mkdir(path, { recursive: true, mode: modes.madeFolder });
  } else if (type === "FileOrCreate") {
    await writeFile(path, "", { mode: modes.madeFile, flag: "a" });
  } else throw new Error(`hostPath type check failed: ${path} is not ${sorts[type].name}`);
}

async function prepareVolume(
  { path, gid }: BoardPath & { readonly type: "volume" },
  folders: Folders,
): Promise<void> {
  await checkPlace(path, folders);
  if ((await lstatOf(path)) === undefined) {
    await mkdir(path);
    // Whoever the pod's user is: nobody else reaches it.
    await chmod(path, modes.volume);
  }
  if (gid !== undefined) await giveToGroup(path, gid);
}

/** As kubelet does with fsGroup: everything in it is the group's, and what is made there, too. */
async function giveToGroup(path: string, gid: number): Promise<void> {
  if ((await stat(path)).gid === gid) return;
  refuseMounts(path);
  await run("chgrp", ["-hR", String(gid), path]);
  await run("chmod", ["-R", "g+rwX", path]);
  await chown(path, 0, gid);
  await chmod(path, modes.volume | modes.setGroup);
}

/** Nothing there is fine. */
export async function deleteVolume(
  path: string,
  folders: Folders,
  isUsed: () => Promise<boolean>,
): Promise<void> {
  await checkPlace(path, folders);
  if ((await lstatOf(path)) === undefined) return;
  if (await isUsed()) throw new Error(`${path} is used by a pod on this board`);
  refuseMounts(path);
  await removeFolder(path);
}

/** Rejects unless it is, or could be, a folder directly below one of ours; a shared one must be there. */
async function checkPlace(path: string, folders: Folders): Promise<void> {
  const parent = parentOf(path, folders);
  if (parent === undefined) throw new Error(`${path} is not in this board's folders for volumes`);
  if (parent === folders.own) await mkdir(parent, { recursive: true, mode: modes.own });
  const found = await statOf(parent);
  if (found?.isDirectory() !== true) throw new Error(`the shared folder ${parent} is not there`);
  const there = await lstatOf(path);
  if (there === undefined) return;
  if (!there.isDirectory()) throw new Error(`${path} is no folder`);
  if ((await realpath(path)) !== `${await realpath(dirname(path))}/${path.slice(parent.length + 1)}`)
    throw new Error(`${path} leads somewhere else`);
}

function refuseMounts(path: string): void {
  const mounts = mountsBelow(mountinfo(), path);
  if (mounts.length > 0) throw new Error(`something is mounted in ${path}: ${mounts.join(", ")}`);
}

const absent = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
  throw error;
};
const statOf = (path: string) => stat(path).catch(absent);
const lstatOf = (path: string) => lstat(path).catch(absent);
