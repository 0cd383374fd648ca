/**
 * The reference implementation of `Runtime`: a board in memory whose programs do what a table says.
 *
 * Tests script it: ends, failures, delays, a power cut. Time is the given clock's. It passes `runtime.contract.ts`, as
 * every runtime does. It starts nothing real.
 */
import type { Clock } from "@kubus/shared/time/clock.ts";
import {
  attachTo,
  echoing,
  execIn,
  exitCodes,
  type MemoryContainer,
  type MemoryProgram,
} from "./memory-sessions.ts";
import {
  containerKey,
  RuntimeRefusal,
  type ContainerIdentity,
  type ContainerSpec,
  type Exit,
  type Runtime,
  type Sandbox,
  type SandboxSpec,
  type Sighting,
} from "./runtime.ts";

export type { MemoryProgram } from "./memory-sessions.ts";

export interface MemoryBoard {
  /** The runtime as an agent that starts now sees it: all of one board. */
  open(): Runtime;
  /** A container's process ends by itself. */
  exit(id: ContainerIdentity, exitCode: number, options?: { readonly outOfMemory?: boolean }): void;
  /** The next calls of this name reject. */
  fail(call: keyof Runtime, error: Error, times?: number): void;
  /** Every call takes so long from now on. */
  setDelay(ms: number): void;
  /** Nothing is left of anything, as after a power cut. */
  cutPower(): void;
  /** What was asked so far: `startContainer UID/web/0`. */
  calls(): readonly string[];
  /** All that containers wrote to this log. */
  logOf(logPath: string): string;
}

export interface MemoryBoardOptions {
  readonly clock: Clock;
  /** By command line; others run until they are stopped and die of SIGTERM. */
  readonly programs?: Readonly<Record<string, MemoryProgram>>;
}

const imageForm = /^host\/([\w.+-]+)(?::latest)?$/;
export function memoryBoard({ clock, programs = {} }: MemoryBoardOptions): MemoryBoard {
  const sandboxes = new Map<string, Sandbox>();
  const containers = new Map<string, MemoryContainer>();
  const logs = new Map<string, string>();
  const failures = new Map<string, Error[]>();
  const calls: string[] = [];
  let lastPid = 100;
  let lastIp = 1;
  let delayMs = 0;

  const pause = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(() => resolve(), ms));
  /** Every call is noted, takes its time, and fails when told to. */
  const asked = async (call: keyof Runtime, subject: string, signal?: AbortSignal) => {
    calls.push(`${call} ${subject}`);
    if (delayMs > 0) await pause(delayMs);
    signal?.throwIfAborted();
    const error = failures.get(call)?.shift();
    if (error !== undefined) throw error;
  };
  const end = (container: MemoryContainer, exitCode: number, outOfMemory = false) => {
    if (container.exit !== undefined) return;
    clock.clearTimeout(container.timer);
    const { startedAt, exited, execs } = container;
    container.exit = { exitCode, startedAt, finishedAt: clock.now(), outOfMemory };
    for (const kill of execs) kill();
    exited.resolve(container.exit);
  };
  const known = (id: ContainerIdentity) => {
    const container = containers.get(containerKey(id));
    if (container === undefined) throw new Error(`There is no container ${containerKey(id)}.`);
    return container;
  };
  const ofPod = (uid: string) => [...containers.values()].filter(({ spec }) => spec.podUid === uid);

  const write = ({ logPath }: ContainerSpec, text: string) => {
    logs.set(logPath, (logs.get(logPath) ?? "") + text);
  };
  const launch = (spec: ContainerSpec): MemoryContainer => {
    const entrypoint = imageForm.exec(spec.image)?.[1] ?? "";
    const words = [...(spec.command.length > 0 ? spec.command : [entrypoint]), ...spec.args];
    const program = programs[words.join(" ")] ?? {};
    const container: MemoryContainer = {
      spec,
      program,
      pid: (lastPid += 1),
      startedAt: clock.now(),
      exited: Promise.withResolvers<Exit>(),
      execs: new Set(),
      clients: new Set(),
      timer: undefined,
    };
    write(spec, (program.stdout ?? "") + (program.stderr ?? ""));
    if (program.endsAfterMs !== undefined) {
      container.timer = clock.setTimeout(() => end(container, program.exitCode ?? 0), program.endsAfterMs);
    }
    containers.set(containerKey(spec), container);
    return container;
  };

  const stop = async (container: MemoryContainer, graceMs: number): Promise<Exit> => {
    const { onTerm, termExitCode = exitCodes.term, lastWords = "" } = container.program;
    if (onTerm !== "ignores" && container.exit === undefined) {
      write(container.spec, lastWords);
      end(container, termExitCode);
    }
    const timer = clock.setTimeout(() => end(container, exitCodes.kill), graceMs);
    const exit = await container.exited.promise;
    clock.clearTimeout(timer);
    return exit;
  };

  const open = (): Runtime => ({
    name: "memory",
    version: "1",
    limitations: ["Nothing real is started: this board is made of memory."],
    ensureSandbox: async (spec: SandboxSpec, signal) => {
      await asked("ensureSandbox", spec.podUid, signal);
      const { podUid, namespace, name, network } = spec;
      const found = sandboxes.get(podUid);
      if (found !== undefined) return found;
      const ip = network === "host" ? "192.0.2.1" : `10.244.0.${(lastIp += 1)}`;
      const sandbox = { podUid, namespace, name, ip, createdAt: clock.now() };
      sandboxes.set(podUid, sandbox);
      return sandbox;
    },
    removeSandbox: async (podUid) => {
      await asked("removeSandbox", podUid);
      for (const container of ofPod(podUid)) {
        end(container, exitCodes.kill);
        containers.delete(containerKey(container.spec));
      }
      sandboxes.delete(podUid);
    },
    listSandboxes: async () => {
      await asked("listSandboxes", "");
      return [...sandboxes.values()];
    },
    inspectContainer: async (id) => {
      await asked("inspectContainer", containerKey(id));
      return sightingOf(containers.get(containerKey(id)));
    },
    listContainers: async (podUid) => {
      await asked("listContainers", podUid);
      return ofPod(podUid).map((container) => {
        const { name, attempt } = container.spec;
        return { podUid, name, attempt, sighting: sightingOf(container) };
      });
    },
    usage: async (id) => {
      await asked("usage", containerKey(id));
      const container = containers.get(containerKey(id));
      if (container?.exit !== undefined || container === undefined) return undefined;
      const { uses: { cpuMillis, memoryBytes } = { cpuMillis: 0, memoryBytes: 0 } } = container.program;
      const seconds = (clock.now() - container.startedAt) / 1_000;
      return { cpuSeconds: (seconds * cpuMillis) / 1_000, workingSetBytes: memoryBytes };
    },
    ensureImage: async (image, signal) => {
      await asked("ensureImage", image, signal);
      if (imageForm.test(image)) return { imageId: image };
      throw new RuntimeRefusal(
        "ErrImagePull",
        `${image}: only host/<program> images are supported by this version`,
      );
    },
    startContainer: async (spec, signal) => {
      await asked("startContainer", containerKey(spec), signal);
      const { podUid } = spec;
      if (!sandboxes.has(podUid)) throw new Error(`There is no sandbox for pod ${podUid}.`);
      const container = containers.get(containerKey(spec)) ?? launch(spec);
      if (container.exit === undefined) return runningOf(container);
      throw new RuntimeRefusal("RunContainerError", `${containerKey(spec)} has already run`);
    },
    awaitExit: async (id, signal) => {
      await asked("awaitExit", containerKey(id), signal);
      return orAborted(known(id).exited.promise, signal);
    },
    stopContainer: async (id, graceMs) => {
      await asked("stopContainer", containerKey(id));
      return stop(known(id), graceMs);
    },
    removeContainer: async (id) => {
      await asked("removeContainer", containerKey(id));
      const container = containers.get(containerKey(id));
      if (container === undefined) return;
      end(container, exitCodes.kill);
      containers.delete(containerKey(id));
    },
    exec: async (id, options) => {
      await asked("exec", containerKey(id));
      const container = known(id);
      if (container.exit !== undefined) throw new Error(`${containerKey(id)} does not run.`);
      return execIn(container, options, programs[options.command.join(" ")] ?? { endsAfterMs: 0 });
    },
    attach: async (id, { stdin }) => {
      await asked("attach", containerKey(id));
      const container = known(id);
      if (container.exit !== undefined) throw new Error(`${containerKey(id)} does not run.`);
      const say = (bytes: Uint8Array) => {
        write(container.spec, new TextDecoder().decode(bytes));
        for (const give of container.clients) give(bytes);
      };
      return attachTo(container, { takesInput: stdin && container.spec.stdin, say, end });
    },
    connect: async ({ uid, port, via }) => {
      await asked("connect", `${uid} ${port} ${via}`);
      const listens = ofPod(uid).some(({ program, exit }) => program.echoesAt === port && exit === undefined);
      if (!listens) throw new Error(`dial tcp 127.0.0.1:${port}: connect: connection refused`);
      return echoing();
    },
  });

  return {
    open,
    exit: (id, exitCode, { outOfMemory = false } = {}) => end(known(id), exitCode, outOfMemory),
    fail: (call, error, times = 1) => {
      failures.set(call, [...(failures.get(call) ?? []), ...Array.from({ length: times }, () => error)]);
    },
    setDelay: (ms) => {
      delayMs = ms;
    },
    cutPower: () => {
      for (const container of containers.values()) clock.clearTimeout(container.timer);
      containers.clear();
      sandboxes.clear();
    },
    calls: () => calls,
    logOf: (logPath) => logs.get(logPath) ?? "",
  };
}

const runningOf = ({ pid, startedAt }: MemoryContainer) => ({ pid, startedAt });

function sightingOf(container: MemoryContainer | undefined): Sighting {
  if (container === undefined) return { state: "absent" };
  if (container.exit === undefined) return { state: "running", ...runningOf(container) };
  return { state: "exited", ...container.exit };
}

/** The promise, or a rejection as soon as nobody waits for it any more. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
