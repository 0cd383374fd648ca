/**
 * What runs containers. One port, several adapters: `process` (namespaces, built in), `plain` (child processes,
 * without root), later `cri`. The reference implementation is `memory-runtime.ts`; all pass `runtime.contract.ts`.
 *
 * Every call takes the object's identity, is idempotent, honours `signal`, and is serialised per identity by the
 * adapter, so that a `stopContainer` after an abandoned `startContainer` is the last word. What runs outlives the
 * agent: after a restart the same identities are found again by pid and start time.
 */
import type { ByteStream } from "@kubus/shared/bus/byte-stream.ts";
import type { ExecResult, PodConnectRequest, SessionResult } from "@kubus/shared/bus/pod-streams.ts";

/** One start of one container of one pod. A restart has the next attempt. */
export interface ContainerIdentity {
  readonly podUid: string;
  readonly name: string;
  readonly attempt: number;
}

/** `podUid/name/attempt`: the key of a container in maps and folders. */
export const containerKey = ({ podUid, name, attempt }: ContainerIdentity): string =>
  `${podUid}/${name}/${String(attempt)}`;

export interface ResourceLimits {
  /** Thousandths of a core that the group may use at most. */
  readonly cpuMillisMax?: number;
  /** Relative share under contention, from the requests (1 core = 1024). */
  readonly cpuShares?: number;
  readonly memoryBytesMax?: number;
  readonly pidsMax?: number;
}

export interface SandboxSpec {
  readonly podUid: string;
  readonly namespace: string;
  readonly name: string;
  readonly hostname: string;
  /** `host`: the board's own network. */
  readonly network: "pod" | "host";
  readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  readonly dns: {
    readonly nameservers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  readonly limits: ResourceLimits;
}

export interface Sandbox {
  readonly podUid: string;
  readonly namespace: string;
  readonly name: string;
  /** The pod's address: its own, or the board's for host network. */
  readonly ip: string;
  readonly createdAt: number;
}

/** A file or folder of the board at a place of the container. */
export interface ContainerMount {
  readonly hostPath: string;
  /** Missing folders on the way are made. */
  readonly containerPath: string;
  readonly readOnly: boolean;
}

export interface ContainerSpec extends ContainerIdentity {
  readonly namespace: string;
  readonly podName: string;
  /** `host/<program>` for the process runtime. */
  readonly image: string;
  /** Replaces the image's entrypoint when not empty. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly workingDir?: string;
  readonly user?: { readonly uid: number; readonly gid: number; readonly groups?: readonly number[] };
  /** A runtime that cannot mount refuses a container that has any. */
  readonly mounts?: readonly ContainerMount[];
  readonly privileged: boolean;
  readonly readOnlyRoot: boolean;
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly stdin: boolean;
  /** stdin ends with the first attached client that sent any. */
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly limits: ResourceLimits;
  /** Where the log goes, in CRI format. Appended to, rotated beside. */
  readonly logPath: string;
}

export interface Running {
  /** Of the container's first process, in the board's view. Stable as long as it lives. */
  readonly pid: number;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
}

export interface Exit {
  /** As a shell tells it: 128 + signal when killed. */
  readonly exitCode: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly outOfMemory: boolean;
}

export type Sighting =
  | { readonly state: "absent" }
  | ({ readonly state: "running" } & Running)
  | ({ readonly state: "exited" } & Exit);

/** What a container uses: all of its processes, whoever started them. */
export interface ContainerUsage {
  /** Processor time since its start. It only ever grows. */
  readonly cpuSeconds: number;
  /** Memory that is in use: without the pages of files that the kernel can drop at once. */
  readonly workingSetBytes: number;
}

/** Why a container could not be started, in Kubernetes' words: `ErrImageNeverPull`, `CreateContainerError`, ... */
export class RuntimeRefusal extends Error {
  override readonly name = "RuntimeRefusal";
  readonly reason:
    | "InvalidImageName"
    | "ErrImagePull"
    | "CreateContainerConfigError"
    | "CreateContainerError"
    | "RunContainerError";

  constructor(reason: RuntimeRefusal["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export interface ExecSession {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when the process took it. */
  writeStdin(chunk: Uint8Array): Promise<void>;
  endStdin(): void;
  resize(size: { readonly width: number; readonly height: number }): void;
  readonly result: Promise<ExecResult>;
  /** Ends the process and all it started. */
  kill(): void;
}

/** A client at a container's own streams. Killing it lets go of the container, which runs on. */
export type AttachSession = Omit<ExecSession, "result"> & { readonly result: Promise<SessionResult> };

/** What clients do with what runs. */
export interface RuntimeStreams {
  exec(id: ContainerIdentity, options: ExecOptions): Promise<ExecSession>;
  /**
   * Output from now on. A client that does not read holds the program up, but not for ever: then it is let go.
   * `stdin`: only of a container that was started with it.
   */
  attach(id: ContainerIdentity, options: { readonly stdin: boolean }): Promise<AttachSession>;
  /** Rejects with the reason, in words, when nobody listens there. */
  connect(to: Pick<PodConnectRequest, "uid" | "port" | "via">, signal: AbortSignal): Promise<ByteStream>;
}

export interface Runtime extends RuntimeStreams {
  readonly name: string;
  readonly version: string;
  /** What of kubus' promises this runtime cannot keep here, one clear line each (no root, ...). */
  readonly limitations: readonly string[];
  /** Creates the pod's namespaces, network and cgroup, or finds them. */
  ensureSandbox(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox>;
  /** Removes all that belongs to the pod: processes, namespaces, address, cgroup, folders. */
  removeSandbox(podUid: string): Promise<void>;
  listSandboxes(): Promise<readonly Sandbox[]>;
  inspectContainer(id: ContainerIdentity): Promise<Sighting>;
  /** Every attempt of the pod's containers that has left a trace. */
  listContainers(podUid: string): Promise<readonly (ContainerIdentity & { readonly sighting: Sighting })[]>;
  /** Undefined when it does not run, or when this board does not count what it uses. */
  usage(id: ContainerIdentity): Promise<ContainerUsage | undefined>;
  /** Whether the image is there and usable; rejects with RuntimeRefusal. */
  ensureImage(image: string, signal: AbortSignal): Promise<{ readonly imageId: string }>;
  /** Rejects with RuntimeRefusal. Resolves when the process runs and signals reach it. */
  startContainer(spec: ContainerSpec, signal: AbortSignal): Promise<Running>;
  /** Resolves when it has exited and its whole output is in the log. */
  awaitExit(id: ContainerIdentity, signal: AbortSignal): Promise<Exit>;
  /** Asks politely, waits `graceMs`, kills. Resolves when nothing of it is left running. */
  stopContainer(id: ContainerIdentity, graceMs: number): Promise<Exit>;
  removeContainer(id: ContainerIdentity): Promise<void>;
}

export interface ExecOptions {
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
}
