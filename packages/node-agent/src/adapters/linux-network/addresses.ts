/**
 * Which pod has which address. A file for each address in the run folder, made exclusively: no two pods ever hold
 * the same one, and after a reboot (when all pods' networks are gone) all are free.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostsOf } from "./block.ts";

export interface Addresses {
  /** The pod's address; the same one as long as it is not released. Rejects when the block is full. */
  take(podUid: string, cidr: string): Promise<string>;
  of(podUid: string): Promise<string | undefined>;
  release(podUid: string): Promise<void>;
}

export function addressesIn(dir: string): Addresses {
  /** Addresses are given out in a circle, so that a pod that just ended is not confused with its successor. */
  let last: string | undefined;

  const holders = async (): Promise<ReadonlyMap<string, string>> => {
    await mkdir(dir, { recursive: true });
    const names = await readdir(dir);
    const entries = await Promise.all(
      names.map(async (name) => [name, await readFile(join(dir, name), "utf8").catch(() => "")] as const),
    );
    return new Map(entries);
  };
  const of = async (podUid: string) => [...(await holders())].find(([, holder]) => holder === podUid)?.[0];

  return {
    of,
    take: async (podUid, cidr) => {
      const taken = await holders();
      const own = [...taken].find(([, holder]) => holder === podUid);
      if (own !== undefined) return own[0];
      for (const address of hostsOf(cidr, last)) {
        if (taken.has(address)) continue;
        try {
          await writeFile(join(dir, address), podUid, { flag: "wx" });
          last = address;
          return address;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // Taken a moment ago: the next one.
        }
      }
      throw new Error(`Every address of ${cidr} is held by a pod.`);
    },
    release: async (podUid) => {
      const address = await of(podUid);
      if (address !== undefined) await rm(join(dir, address), { force: true });
    },
  };
}
