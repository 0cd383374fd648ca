/**
 * Volumes as folders: `RUN/volumes/UID` in memory, `STATE/volumes/UID` on disk. What a pod mounts of the board's own is a
 * link on disk: it says after a reboot, too, what the pod had.
 *
 * The first is one small tmpfs for all pods, so that a pod's token costs no mount of its own; a pod's own tmpfs and the
 * parts of volumes are mounted below it. Nobody but root reaches either: containers get what is theirs by bind mounts.
 */
import { existsSync, realpathSync } from "node:fs";
import { chmod, chown, mkdir, readdir, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BoardPath, FolderWish, VolumeId, VolumeStore } from "../../ports/volume-store.ts";
import { isOwnFileSystem, mountinfo, mountsBelow, removeFolder, unmountBelow } from "../process/mounts.ts";
import { run } from "../shim/run-program.ts";
import { makeSerial } from "../shim/serial.ts";
import { foldersOf } from "../../volume/folders.ts";
import { deleteVolume, prepare } from "./board-path.ts";
import { isProjected, project } from "./projection.ts";
import { bindSubPath, projectedPart } from "./sub-path.ts";

/** A config map has at most 1 MiB, and twice its room while it changes; unused room costs nothing. */
const memorySizeMax = "256m";

const modes = { parent: 0o700, volume: 0o755, writable: 0o777, setGroup: 0o2000 } as const;

export interface VolumeStoreOptions {
  readonly runDir: string;
  readonly stateDir: string;
  /** Seen by other boards, too. */
  readonly sharedFolder?: string;
}

/** Needs root. Finds what an earlier agent left; after a reboot only what lies on disk. */
export async function openVolumeStore(options: VolumeStoreOptions): Promise<VolumeStore> {
  const { runDir, stateDir } = options;
  const folders = foldersOf({ ...options, node: "" });
  const homes = { memory: join(runDir, "volumes"), disk: join(stateDir, "volumes") };
  await mountMemory(homes.memory);
  await mkdir(homes.disk, { recursive: true, mode: modes.parent });
  const serial = makeSerial();
  const pathIn = (medium: FolderWish["medium"], { podUid, volume }: VolumeId) =>
    join(homes[medium], podUid, "volumes", volume);
  const found = (id: VolumeId) => {
    const path = [pathIn("memory", id), pathIn("disk", id)].find((one) => existsSync(one));
    if (path === undefined) throw new Error(`There is no volume ${JSON.stringify(id.volume)}.`);
    // A link's own place is nothing to mount: what it leads to is.
    return realpathSync(path);
  };
  const linkOf = (id: VolumeId) => readlink(pathIn("disk", id)).catch(() => undefined); // No link: nothing is linked.

  const link = async (id: VolumeId, place: BoardPath) => {
    await prepare(place, folders);
    if ((await linkOf(id)) === place.path) return;
    const path = pathIn("disk", id);
    await mkdir(dirname(path), { recursive: true, mode: modes.parent });
    await rm(path, { force: true });
    await symlink(place.path, path);
  };
  const linkedPaths = async () => {
    const pods = await readdir(homes.disk);
    const ofPod = async (podUid: string) => {
      const names = await readdir(join(homes.disk, podUid, "volumes")).catch(() => []); // It has none on disk.
      return Promise.all(names.map((volume) => linkOf({ podUid, volume })));
    };
    return (await Promise.all(pods.map(ofPod))).flat();
  };

  const makeFolder = async (id: VolumeId, { medium, sizeBytesMax, gid }: FolderWish) => {
    const path = pathIn(medium, id);
    await mkdir(path, { recursive: true, mode: modes.parent });
    if (medium === "memory" && !isOwnFileSystem(path)) {
      const size = sizeBytesMax === undefined ? "" : `,size=${sizeBytesMax}`;
      await run("mount", ["-n", "-t", "tmpfs", "-o", `mode=700${size}`, "kubus-volume", path]);
    }
    if (gid !== undefined) await chown(path, 0, gid);
    await chmod(path, modes.writable | (gid === undefined ? 0 : modes.setGroup));
  };

  return {
    isThere: (id) => Promise.resolve(isProjected(pathIn("memory", id))),
    put: (id, files, gid) =>
      serial(id.podUid, async () => {
        const path = pathIn("memory", id);
        await mkdir(path, { recursive: true, mode: modes.parent });
        await chmod(path, modes.volume);
        await project(path, files, gid);
      }),
    makeFolder: (id, wish) => serial(id.podUid, () => makeFolder(id, wish)),
    // One volume may be several pods': what is made for one is there for the others.
    link: (id, place) => serial(id.podUid, () => serial(place.path, () => link(id, place))),
    isLinked: async (id) => (await linkOf(id)) !== undefined,
    deleteVolume: (path) =>
      serial(path, () => deleteVolume(path, folders, async () => (await linkedPaths()).includes(path))),
    pathOf: (id) => Promise.resolve(id).then(found),
    subPathOf: ({ id, path, user }) =>
      serial(id.podUid, async () => {
        const volume = found(id);
        if (isProjected(volume)) return projectedPart(volume, path);
        return bindSubPath({ volume, path, target: join(homes.memory, id.podUid, "subpaths", user) });
      }),
    remove: (podUid) =>
      serial(podUid, async () => {
        const memory = join(homes.memory, podUid);
        await unmountBelow(memory);
        await removeFolder(memory);
        await removeFolder(join(homes.disk, podUid));
      }),
    pods: async () => {
      const names = await Promise.all(Object.values(homes).map((home) => readdir(home)));
      return [...new Set(names.flat())];
    },
  };
}

async function mountMemory(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: modes.parent });
  if (mountsBelow(mountinfo(), home).includes(home)) return;
  const options = `mode=700,nosuid,nodev,size=${memorySizeMax}`;
  await run("mount", ["-n", "-t", "tmpfs", "-o", options, "kubus-volumes", home]);
  await run("mount", ["-n", "--make-private", home]);
}
