/** Volumes in memory: what was put, and what containers would find at a path. */
import type { BoardPath, VolumeFile, VolumeId, VolumeStore } from "../ports/volume-store.ts";

export interface MemoryVolumes extends VolumeStore {
  /** `UID/volume/path`, with its text. */
  readonly shown: () => Readonly<Record<string, string>>;
  /** `UID/volume`, with what of the board it is. */
  readonly linked: () => Readonly<Record<string, BoardPath>>;
  /** The folders of persistent volumes that were deleted. */
  readonly deleted: readonly string[];
}

export function memoryVolumes(): MemoryVolumes {
  const volumes = new Map<string, readonly VolumeFile[]>();
  const deleted: string[] = [];
  const links = new Map<string, BoardPath>();
  const keyOf = ({ podUid, volume }: VolumeId) => `${podUid}/${volume}`;
  const pathOf = (id: VolumeId) => {
    const link = links.get(keyOf(id));
    if (link !== undefined) return link.path;
    if (!volumes.has(keyOf(id))) throw new Error(`There is no volume ${keyOf(id)}.`);
    return `/volumes/${keyOf(id)}`;
  };
  return {
    isThere: (id) => Promise.resolve(volumes.has(keyOf(id))),
    put: (id, files) => Promise.resolve(void volumes.set(keyOf(id), files)),
    makeFolder: (id) => Promise.resolve(void volumes.set(keyOf(id), [])),
    link: (id, place) => Promise.resolve(void links.set(keyOf(id), place)),
    isLinked: (id) => Promise.resolve(links.has(keyOf(id))),
    deleteVolume: (path) => {
      const user = [...links].find(([, place]) => place.path === path);
      if (user !== undefined) return Promise.reject(new Error(`pod ${user[0]} uses it`));
      return Promise.resolve(void deleted.push(path));
    },
    pathOf: (id) => Promise.resolve(id).then(pathOf),
    subPathOf: ({ id, path }) => Promise.resolve(id).then((one) => `${pathOf(one)}/${path}`),
    remove: (podUid) => {
      for (const known of [volumes, links])
        for (const key of [...known.keys()]) if (key.startsWith(`${podUid}/`)) known.delete(key);
      return Promise.resolve();
    },
    pods: () =>
      Promise.resolve([
        ...new Set([...volumes.keys(), ...links.keys()].map((key) => key.split("/", 1)[0] ?? "")),
      ]),
    deleted,
    linked: () => Object.fromEntries(links),
    shown: () =>
      Object.fromEntries(
        [...volumes].flatMap(([key, files]) =>
          files.map(({ path, data }) => [`${key}/${path}`, new TextDecoder().decode(data)]),
        ),
      ),
  };
}
