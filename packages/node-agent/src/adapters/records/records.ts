/** The agent's records as files below its state folder: written beside, then put in place at once. */
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Records } from "../../ports/records.ts";

const recordName = /^([0-9a-zA-Z-]+)\.json$/;

export function fileRecords(stateDir: string, log: Log): Records {
  const pods = join(stateDir, "pods");
  const cidrFile = join(stateDir, "pod-cidr");
  const podFile = (uid: string) => join(pods, `${uid}.json`);
  const readPod = async (uid: string): Promise<Pod | undefined> => {
    try {
      return JSON.parse(await readFile(podFile(uid), "utf8")) as Pod;
    } catch (error) {
      // The API tells of the pod again; a record that cannot be read must not keep the agent from starting.
      log.warn("record.unreadable", { uid, why: String(error) });
      return undefined;
    }
  };
  return {
    pods: async () => {
      await mkdir(pods, { recursive: true });
      const uids = (await readdir(pods)).flatMap((name) => recordName.exec(name)?.[1] ?? []);
      return (await Promise.all(uids.map(readPod))).filter((pod) => pod !== undefined);
    },
    savePod: async (pod) => {
      await mkdir(pods, { recursive: true });
      await replace(podFile(pod.metadata.uid), JSON.stringify(pod));
    },
    removePod: (uid) => rm(podFile(uid), { force: true }),
    podCidr: async () => {
      try {
        return (await readFile(cidrFile, "utf8")).trim();
      } catch {
        // Not told yet: the first start of this board.
        return undefined;
      }
    },
    savePodCidr: async (cidr) => {
      await mkdir(stateDir, { recursive: true });
      await replace(cidrFile, `${cidr}\n`);
    },
  };
}

async function replace(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  await writeFile(beside, text, { mode: 0o600 });
  await rename(beside, path);
}
