/**
 * All pods of this board: which should have a home here, and which should end.
 *
 * It first takes up what the disk and the runtime know, so that pods live on without a control plane; then it follows
 * the API. It looks, whatever happened. INVARIANT: as long as the API's list was never read, no pod is ended.
 */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { orphanGraceMs } from "../limits.ts";
import { startHome, type Home, type PodWorld } from "./home.ts";
import { graceMsOf } from "./progress.ts";

/** The API's list of this board's pods, as the reflector has it. */
export interface PodMirror {
  readonly objects: ReadonlyMap<string, Pod>;
  readonly isKnown: () => boolean;
}

export interface Board {
  /** Takes up the pods that an earlier agent left. Resolves when all have an actor again. */
  restore(): Promise<void>;
  /** The API's list changed in these keys, or in whatever way. */
  look(keys?: readonly string[]): void;
  busReturned(): void;
  /** The home of a pod that lives here. */
  find(uid: string): Home | undefined;
  homes(): readonly Home[];
  stop(): void;
}

export function makeBoard(world: Omit<PodWorld, "known">, mirror: () => PodMirror): Board {
  const { records, runtime, volumes, log } = world;
  const homes = new Map<string, Home>();
  const known = (pod: Pod) => {
    const found = mirror().objects.get(keyOf(pod));
    return found?.metadata.uid === pod.metadata.uid ? found : undefined;
  };
  const take = (pod: Pod) => {
    const { uid } = pod.metadata;
    const home = startHome(pod, { ...world, known }, () => {
      homes.delete(uid);
      // A successor of the same name may have waited for this end.
      look();
    });
    homes.set(uid, home);
  };
  const isTaken = (key: string) => [...homes.values()].some(({ pod }) => keyOf(pod) === key);

  const lookAt = (pod: Pod) => {
    const home = homes.get(pod.metadata.uid);
    if (home === undefined) {
      if (!isTaken(keyOf(pod))) take(pod);
      return;
    }
    if (pod.metadata.deletionTimestamp !== undefined) home.delete(graceMsOf(pod));
    home.look();
  };
  const look = (keys?: readonly string[]) => {
    const { objects, isKnown } = mirror();
    if (!isKnown()) return;
    for (const home of homes.values()) {
      if (known(home.pod) === undefined) home.delete(orphanGraceMs);
    }
    for (const key of keys ?? objects.keys()) {
      const pod = objects.get(key);
      if (pod !== undefined) lookAt(pod);
    }
    sweep();
  };

  /** Sandboxes and volumes that nobody knows of: their records were lost and the API does not ask for them. Once is enough. */
  let strays: readonly string[] = [];
  const sweep = () => {
    const now = strays;
    strays = [];
    for (const uid of now.filter((one) => !homes.has(one))) {
      log.warn("pod.stray", { uid });
      void runtime
        .removeSandbox(uid)
        .then(() => volumes.remove(uid))
        .catch((error: unknown) => log.warn("sandbox.remains", { uid, why: String(error) }));
    }
  };

  return {
    restore: async () => {
      for (const pod of await records.pods()) take(pod);
      const [sandboxes, volumed] = await Promise.all([runtime.listSandboxes(), volumes.pods()]);
      const left = new Set([...sandboxes.map(({ podUid }) => podUid), ...volumed]);
      strays = [...left].filter((uid) => !homes.has(uid));
    },
    look,
    busReturned: () => {
      for (const home of homes.values()) home.busReturned();
    },
    find: (uid) => homes.get(uid),
    homes: () => [...homes.values()],
    stop: () => {
      for (const home of homes.values()) home.stop();
    },
  };
}
