/**
 * What differs between runtimes that keep their containers by shims: how a sandbox is made, how a container is
 * entered, and how all of it is killed. One adapter each: `process` (namespaces and control groups) and `plain`.
 */
import type {
  ContainerIdentity,
  ContainerSpec,
  ContainerUsage,
  ExecOptions,
  SandboxSpec,
} from "../../ports/runtime.ts";
import type { ContainerRecord } from "./folder.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** How one container is started. */
export interface Entry {
  /** Files into which the monitor writes 0 to leave the agent's control groups. */
  readonly monitorGroups: readonly string[];
  /** Becomes the monitor when `monitor.sh` and its arguments follow. */
  readonly enter: readonly string[];
  /** Becomes the first process when `init.sh` and its argument follow. */
  readonly first: readonly string[];
  /** Files into which the first process writes 0. */
  readonly groups: readonly string[];
  /** Drops privileges when a command follows. */
  readonly privileges: readonly string[];
  /** The folder with the root's layers and its mounts; absent: the board's own root. */
  readonly root?: { readonly base: string; readonly fstab: string };
}

/** How one command joins a container that runs. */
export interface Joining {
  readonly groups: readonly string[];
  /** Becomes the command, within the container and with its privileges, when the command follows. */
  readonly enter: readonly string[];
  /** SIGKILL to all that the command started, beyond the process group that it began in. */
  kill(): Promise<void>;
  /** Its traces go. */
  forget(): Promise<void>;
}

/** A container with its first process. */
export interface Target {
  /** Its folder on tmpfs. */
  readonly dir: string;
  readonly record: ContainerRecord;
  readonly process: ProcessIdentity;
}

export interface Platform {
  readonly name: string;
  readonly version: string;
  readonly limitations: readonly string[];
  /** Variables that every process of a pod has beside those of its container. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Makes what the pod's containers share, in a new folder. Gives the pod's address. */
  makeSandbox(spec: SandboxSpec, podDir: string): Promise<string>;
  /** The file that pins the pod's network namespace; absent or undefined: the pod is on the board's own. */
  networkOf?(podDir: string): string | undefined;
  /** Whether it is still all there; it may have been made before a crash. */
  isWhole(podDir: string): boolean;
  /** Kills what is left of the pod and takes away everything but its folder's own files. Idempotent. */
  clearSandbox(podUid: string, podDir: string): Promise<void>;
  /** Rejects with a RuntimeRefusal when the container cannot be had here. */
  prepare(spec: ContainerSpec, record: ContainerRecord): Promise<Entry>;
  /** SIGKILL to all of the container. Resolves when it was sent. */
  kill(target: Target): Promise<void>;
  outOfMemory(id: ContainerIdentity): boolean;
  /** Undefined when nothing of it is left, or when it is not counted here. */
  usage(target: Target): Promise<ContainerUsage | undefined>;
  /** What is left outside its folder on tmpfs. */
  removeContainer(id: ContainerIdentity): Promise<void>;
  /** Runs a small command inside, as the container's user, when the command follows. */
  inside(target: Target): readonly string[];
  join(target: Target, sessionId: string, options: ExecOptions): Promise<Joining>;
  /** Removes a folder and all below it, never walking into a mount. */
  removeFolder(path: string): Promise<void>;
}
