/**
 * Volumes as folders: `RUN/volumes/UID` in memory, `STATE/volumes/UID` on disk.
 *
 * The first is one small tmpfs for all pods, so that a pod's token costs no mount of its own; a pod's own tmpfs and the
 * parts of volumes are mounted below it. Nobody but root reaches either: containers get what is theirs by bind mounts.
 */
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FolderWish, VolumeId, VolumeStore } from "../../ports/volume-store.ts";
import { mountinfo, mountsBelow, removeFolder, unmountBelow } from "../process/mounts.ts";
import { run } from "../shim/run-program.ts";
import { makeSerial } from "../shim/serial.ts";
import { isProjected, project } from "./projection.ts";
import { bindSubPath, projectedPart } from "./sub-path.ts";

/** A config map has at most 1 MiB, and twice its room while it changes; unused room costs nothing. */
const memorySizeMax = "256m";

const modes = { parent: 0o700, volume: 0o755, writable: 0o777, setGroup: 0o2000 } as const;

export interface VolumeStoreOptions {
  readonly runDir: string;
  readonly stateDir: string;
}

/** Needs root. Finds what an earlier agent left; after a reboot only what lies on disk. */
export async function openVolumeStore({ runDir, stateDir }: VolumeStoreOptions): Promise<VolumeStore> {
  const homes = { memory: join(runDir, "volumes"), disk: join(stateDir, "volumes") };
  await mountMemory(homes.memory);
  await mkdir(homes.disk, { recursive: true, mode: modes.parent });
  const serial = makeSerial();
  const pathIn = (medium: FolderWish["medium"], { podUid, volume }: VolumeId) =>
    join(homes[medium], podUid, "volumes", volume);
  const found = (id: VolumeId) => {
    const path = [pathIn("memory", id), pathIn("disk", id)].find((one) => existsSync(one));
    if (path === undefined) throw new Error(`There is no volume ${JSON.stringify(id.volume)}.`);
    return path;
  };

  const makeFolder = async (id: VolumeId, { medium, sizeBytesMax, gid }: FolderWish) => {
    const path = pathIn(medium, id);
    await mkdir(path, { recursive: true, mode: modes.parent });
    if (medium === "memory" && !mountsBelow(mountinfo(), path).includes(path)) {
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
