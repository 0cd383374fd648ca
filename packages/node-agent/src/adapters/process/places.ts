/**
 * Where mounts go in a container's root: the way there through the layers' links, and a point to mount on.
 *
 * Links are followed as the container sees them: `/var/run` leads to the container's `/run`, never to the board's.
 * What is missing is made in the container's own layer before the root is mounted, so a root that may not be written
 * has it too.
 */
import { constants, lstatSync, readlinkSync, type Stats } from "node:fs";
import { chmod, chown, mkdir, open, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { RuntimeRefusal, type ContainerMount } from "../../ports/runtime.ts";
import { escaped } from "./mounts.ts";

export interface RootLayers {
  /** The container's own, empty before its start. */
  readonly upper: string;
  /** The layers below it, topmost first. */
  readonly lower: readonly string[];
}

/** As Linux has it. */
const linksMax = 40;
const folderMode = 0o755;

/** Makes the points and gives the lines for `mount -a`, the outer ones first. `root`: where the root is mounted. */
export async function mountLines(
  mounts: readonly ContainerMount[],
  { root, layers }: { readonly root: string; readonly layers: RootLayers },
): Promise<readonly string[]> {
  const placed = mounts.map((mount) => ({ mount, place: placeIn(layers, mount.containerPath) }));
  const ordered = placed.sort((a, b) => a.place.split("/").length - b.place.split("/").length);
  const lines: string[] = [];
  for (const [index, { mount, place }] of ordered.entries()) {
    const outer = ordered.slice(0, index).findLast((other) => place.startsWith(`${other.place}/`));
    const isFolder = (await stat(mount.hostPath)).isDirectory();
    if (outer === undefined) await makePoint(layers, place, isFolder);
    else await makeInside(outer.mount, relative(outer.place, place), isFolder);
    const options = mount.readOnly ? "bind,ro" : "bind";
    lines.push(`${escaped(mount.hostPath)} ${escaped(`${root}${place}`)} none ${options}`);
  }
  return lines;
}

/** The path without links. What does not exist is taken as it is written. */
export function placeIn({ lower }: RootLayers, path: string): string {
  let todo = path.split("/");
  let done: readonly string[] = [];
  for (let links = 0; todo.length > 0;) {
    const [word = "", ...rest] = todo;
    todo = rest;
    if (word === "" || word === ".") continue;
    if (word === "..") {
      done = done.slice(0, -1);
      continue;
    }
    const found = seen(lower, join(...done, word));
    if (found?.stats.isSymbolicLink() !== true) {
      done = [...done, word];
      continue;
    }
    links += 1;
    if (links > linksMax)
      throw new RuntimeRefusal("CreateContainerError", `too many links on the way to ${path}`);
    const target = readlinkSync(found.path);
    if (target.startsWith("/")) done = [];
    todo = [...target.split("/"), ...todo];
  }
  if (done.length === 0)
    throw new RuntimeRefusal("CreateContainerError", `nothing can be mounted at ${JSON.stringify(path)}`);
  return `/${done.join("/")}`;
}

interface Seen {
  readonly path: string;
  readonly stats: Stats;
}

/** What an overlay of the layers shows at a path whose folders are no links; undefined when that is nothing. */
function seen(layers: readonly string[], path: string): Seen | undefined {
  let visible = layers;
  let shown: Seen | undefined;
  const words = path.split("/");
  for (const index of words.keys()) {
    const part = words.slice(0, index + 1).join("/");
    const next: string[] = [];
    shown = undefined;
    for (const layer of visible) {
      const stats = lstatSync(join(layer, part), { throwIfNoEntry: false });
      if (stats === undefined) continue;
      if (isWhiteout(stats)) break;
      shown ??= { path: join(layer, part), stats };
      if (!stats.isDirectory()) break;
      next.push(layer);
    }
    visible = next;
  }
  return shown;
}

/** A character device 0/0 is what an overlay takes for "nothing here". */
const isWhiteout = (stats: Stats) => stats.isCharacterDevice() && stats.rdev === 0;

/** What is there stays as it is: only the way to it, with the modes that the layers below show. */
async function makePoint({ upper, lower }: RootLayers, place: string, isFolder: boolean): Promise<void> {
  if (seen(lower, place.slice(1)) !== undefined) return;
  await makeFolders(upper, lower, isFolder ? place : dirname(place));
  if (!isFolder) await writeFile(join(upper, place), "", { mode: 0o644 });
}

async function makeFolders(upper: string, lower: readonly string[], place: string): Promise<void> {
  if (place === "/") return;
  await makeFolders(upper, lower, dirname(place));
  const copy = join(upper, place);
  if (lstatSync(copy, { throwIfNoEntry: false }) !== undefined) return;
  const shown = seen(lower, place.slice(1))?.stats;
  await mkdir(copy);
  await chown(copy, shown?.uid ?? 0, shown?.gid ?? 0);
  await chmod(copy, (shown?.mode ?? folderMode) & 0o7777);
}

/** A mount within another: the point lies in that volume, where containers may have put links. */
async function makeInside(outer: ContainerMount, path: string, isFolder: boolean): Promise<void> {
  let folder = await open(outer.hostPath, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const words = dirname(path)
      .split("/")
      .filter((word) => word !== ".");
    for (const word of isFolder ? [...words, basename(path)] : words) {
      const inside = `/proc/self/fd/${folder.fd}/${word}`;
      await mkdir(inside, { mode: folderMode }).catch(ifThere);
      const there = await open(inside, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
      await folder.close();
      folder = there;
    }
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
    if (!isFolder) await (await open(`/proc/self/fd/${folder.fd}/${basename(path)}`, flags)).close();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RuntimeRefusal("CreateContainerError", `no place for a mount in another: ${why}`);
  } finally {
    await folder.close();
  }
}

function ifThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
}
