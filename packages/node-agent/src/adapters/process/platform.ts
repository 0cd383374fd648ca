/**
 * Pods as namespaces and control groups: the built-in runtime, without a container engine.
 *
 * Each pod has its own network, UTS and IPC namespaces, pinned below its folder; each container its own mount and PID
 * namespace, a root that is an overlay of the board's `/`, a control group, and no more privileges than Kubernetes
 * gives by default. All names on the host's side lie below the run folder, the state folder and one control group.
 */
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PodNetwork } from "../../ports/network.ts";
import type { ContainerIdentity, ContainerSpec, SandboxSpec } from "../../ports/runtime.ts";
import type { Groups } from "../cgroup/groups.ts";
import { folderName, type ContainerRecord } from "../shim/folder.ts";
import type { Entry, Platform, Target } from "../shim/platform.ts";
import { signalProcess } from "../shim/process-identity.ts";
import { run } from "../shim/run-program.ts";
import type { Layers } from "./layers.ts";
import { isPinned, removeFolder, unmountBelow } from "./mounts.ts";
import { podFiles } from "./pod-files.ts";
import { dropPrivileges, enterPrivileges } from "./privileges.ts";
import { mountLines } from "./places.ts";
import { fstabOf, lowerLayers } from "./root.ts";

export interface ProcessPlatformOptions {
  readonly version: string;
  readonly groups: Groups;
  readonly network: PodNetwork;
  readonly layers: Layers;
  readonly podsDir: string;
  /** For the containers' own files: survives reboots, on a real disk. */
  readonly rootsDir: string;
  readonly sandboxScript: string;
  /** The board's own name and address, for pods on its network. */
  readonly node: string;
  readonly address: string;
  readonly parts: readonly string[];
}

const podGroup = (uid: string) => `pods/${uid}`;
const shimGroup = (uid: string) => `shims/${uid}`;
const containerGroup = (id: ContainerIdentity) => `${podGroup(id.podUid)}/${folderName(id)}`;

export function processPlatform(options: ProcessPlatformOptions): Platform {
  const { groups, network, podsDir, rootsDir, layers, parts } = options;
  const rootOf = (id: ContainerIdentity) => join(rootsDir, id.podUid, folderName(id));
  const podDir = (uid: string) => join(podsDir, uid);

  const makeSandbox = async (spec: SandboxSpec, dir: string) => {
    const { podUid, limits } = spec;
    const own = spec.network === "pod";
    // On the board's network a pod has the board's name, as in Kubernetes.
    const hostname = own ? spec.hostname : options.node;
    await Promise.all([
      groups.make(podGroup(podUid), limits),
      groups.make(shimGroup(podUid)),
      ...["ns", "shm"].map((name) => mkdir(join(dir, name), { recursive: true })),
    ]);
    await run("/bin/sh", [options.sandboxScript, dir, hostname, spec.network]);
    const { ip } = own ? await network.attach(podUid, join(dir, "ns", "net")) : { ip: options.address };
    await writeLayer(
      join(dir, "layer"),
      podFiles({ ...spec, hostname }, { ip, boardResolver: boardResolver() }),
    );
    return ip;
  };

  const prepare = async (spec: ContainerSpec, record: ContainerRecord): Promise<Entry> => {
    const { podUid, readOnlyRoot: readOnly, privileged, limits, mounts = [] } = spec;
    const [base, dir] = [rootOf(spec), podDir(podUid)];
    const privileges = dropPrivileges(record);
    await Promise.all([
      groups.make(containerGroup(spec), limits),
      ...["upper", "work", "root"].map((name) => mkdir(join(base, name), { recursive: true, mode: 0o755 })),
    ]);
    const { uid } = record.user;
    const hasWindow = (name: string) => existsSync(`/proc/${name}`);
    const shared = { podLayer: join(dir, "layer"), shm: join(dir, "shm"), layers, parts, hasWindow };
    const volumes = await mountLines(mounts, {
      root: `${base}/root`,
      layers: { upper: join(base, "upper"), lower: lowerLayers(shared.podLayer, layers) },
    });
    const pinned = ["uts", "ipc", "net"].filter((name) => isPinned(join(dir, "ns", name)));
    return {
      monitorGroups: groups.entries(shimGroup(podUid)),
      groups: groups.entries(containerGroup(spec)),
      enter: [
        "nsenter",
        ...pinned.map((name) => `--${name}=${join(dir, "ns", name)}`),
        "--",
        "unshare",
        "--pid",
        "--",
      ],
      first: ["unshare", "--mount", "--"],
      privileges,
      root: { base, fstab: fstabOf({ base, ...shared, readOnly, privileged, uid, volumes }) },
    };
  };

  return {
    name: "process",
    version: options.version,
    limitations: groups.limitations,
    makeSandbox,
    networkOf: (dir) => (isPinned(join(dir, "ns", "net")) ? join(dir, "ns", "net") : undefined),
    isWhole: (dir) => ["uts", "ipc"].every((name) => isPinned(join(dir, "ns", name))),
    clearSandbox: async (podUid, dir) => {
      await groups.kill(podGroup(podUid));
      await groups.kill(shimGroup(podUid));
      await network.detach(podUid);
      await unmountBelow(dir);
      await Promise.all([groups.remove(podGroup(podUid)), groups.remove(shimGroup(podUid))]);
      await removeFolder(join(rootsDir, podUid));
    },
    prepare,
    kill: async ({ record, process }) => {
      await groups.kill(containerGroup(record));
      signalProcess(process, "SIGKILL");
    },
    outOfMemory: (id) => groups.outOfMemory(containerGroup(id)),
    usage: ({ record }) => Promise.resolve(groups.usage(containerGroup(record))),
    removeContainer: async (id) => {
      await groups.kill(containerGroup(id));
      await groups.remove(containerGroup(id));
      await removeFolder(rootOf(id));
    },
    inside: ({ record, process }) => enterPrivileges(process.pid, record),
    join: async ({ record, process }: Target, sessionId) => {
      const group = `${containerGroup(record)}/exec-${sessionId}`;
      await groups.makeForKilling(group);
      return {
        groups: groups.entries(group),
        enter: enterPrivileges(process.pid, record),
        kill: () => groups.kill(group),
        forget: () => groups.remove(group),
      };
    },
    removeFolder,
  };
}

function boardResolver(): string {
  try {
    return readFileSync("/etc/resolv.conf", "utf8");
  } catch {
    return ""; // A board without name servers; its pods have none either.
  }
}

/** Modes are given: they show through the overlay, and the agent's umask must not. */
async function writeLayer(layer: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(layer, name);
    await mkdir(dirname(path), { recursive: true });
    await Promise.all([layer, dirname(path)].map((folder) => chmod(folder, 0o755)));
    await writeFile(path, text);
    await chmod(path, 0o644);
  }
}
