/** Volumes in memory: what was put, and what containers would find at a path. */
import type { VolumeFile, VolumeId, VolumeStore } from "../ports/volume-store.ts";

export interface MemoryVolumes extends VolumeStore {
  /** `UID/volume/path`, with its text. */
  readonly shown: () => Readonly<Record<string, string>>;
}

export function memoryVolumes(): MemoryVolumes {
  const volumes = new Map<string, readonly VolumeFile[]>();
  const keyOf = ({ podUid, volume }: VolumeId) => `${podUid}/${volume}`;
  const pathOf = (id: VolumeId) => {
    if (!volumes.has(keyOf(id))) throw new Error(`There is no volume ${keyOf(id)}.`);
    return `/volumes/${keyOf(id)}`;
  };
  return {
    isThere: (id) => Promise.resolve(volumes.has(keyOf(id))),
    put: (id, files) => Promise.resolve(void volumes.set(keyOf(id), files)),
    makeFolder: (id) => Promise.resolve(void volumes.set(keyOf(id), [])),
    pathOf: (id) => Promise.resolve(id).then(pathOf),
    subPathOf: ({ id, path }) => Promise.resolve(id).then((one) => `${pathOf(one)}/${path}`),
    remove: (podUid) => {
      for (const key of [...volumes.keys()]) if (key.startsWith(`${podUid}/`)) volumes.delete(key);
      return Promise.resolve();
    },
    pods: () => Promise.resolve([...new Set([...volumes.keys()].map((key) => key.split("/", 1)[0] ?? ""))]),
    shown: () =>
      Object.fromEntries(
        [...volumes].flatMap(([key, files]) =>
          files.map(({ path, data }) => [`${key}/${path}`, new TextDecoder().decode(data)]),
        ),
      ),
  };
}
