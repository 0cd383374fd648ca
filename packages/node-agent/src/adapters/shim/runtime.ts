/**
 * A runtime whose containers are kept by shims: everything that the `process` and `plain` runtimes have in common.
 *
 * Its memory is the folder on tmpfs: `pods/UID/{sandbox.json,containers/NAME.ATTEMPT/}`. Opened again it follows what
 * runs, collects what ended meanwhile, and sweeps what was never completed.
 */
import { readdirSync } from "node:fs";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import {
  containerKey,
  RuntimeRefusal,
  type ContainerIdentity,
  type ContainerSpec,
  type Runtime,
  type Sandbox,
  type SandboxSpec,
  type Sighting,
} from "../../ports/runtime.ts";
import { retried } from "../retried.ts";
import { openCriLog } from "../cri-log/cri-log.ts";
import { startAttach } from "./attach.ts";
import { connectTo } from "./connect.ts";
import { containerSetup } from "./container-setup.ts";
import { startExec } from "./exec.ts";
import {
  containerDir,
  containersDir,
  readMonitor,
  readRecord,
  readStarted,
  type ContainerRecord,
} from "./folder.ts";
import { launch } from "./launch.ts";
import { followContainer, type Living } from "./living.ts";
import type { Platform } from "./platform.ts";
import { signalProcess, type ProcessIdentity } from "./process-identity.ts";
import { findProgram, programOf } from "./program.ts";
import type { Scripts } from "./scripts.ts";
import { makeSerial } from "./serial.ts";

/** After SIGKILL a process is gone within milliseconds, unless the kernel holds it. */
const endWithinMs = 10_000;

export interface ShimRuntimeOptions {
  readonly platform: Platform;
  /** On tmpfs. */
  readonly podsDir: string;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ShimRuntime extends Runtime {
  /** Lets go of everything as a dying agent does. */
  release(): void;
}

/** Resolves when all that an earlier agent left is followed again. */
export async function openShimRuntime(options: ShimRuntimeOptions): Promise<ShimRuntime> {
  const { platform, podsDir, clock, log, scripts } = options;
  const living = new Map<string, Living>();
  const sandboxes = new Map<string, Sandbox>();
  const serial = makeSerial();
  const podDir = (uid: string) => join(podsDir, uid);
  const dirOf = (id: ContainerIdentity) => containerDir(podDir(id.podUid), id);

  const follow = (record: ContainerRecord) => {
    const dir = dirOf(record);
    const started = readStarted(dir);
    if (started === undefined) return undefined;
    const one = followContainer(
      { record, dir, ...started },
      {
        clock,
        openLog: (path) => openCriLog(path, { now: () => clock.now() }),
        outOfMemory: (id) => platform.outOfMemory(id),
        killLost: (target) => platform.kill(target),
        onTrouble: (what, id, error) => log.warn(what, { container: containerKey(id), why: String(error) }),
      },
    );
    living.set(containerKey(record), one);
    return one;
  };
  const known = (id: ContainerIdentity) => {
    const one = living.get(containerKey(id));
    if (one === undefined) throw new Error(`There is no container ${containerKey(id)}.`);
    return one;
  };
  const ofPod = (uid: string) => [...living.values()].filter(({ record }) => record.podUid === uid);

  /** Takes away a container, whether it runs, has ended or was never completed. */
  const clear = async (id: ContainerIdentity) => {
    const one = living.get(containerKey(id));
    if (one !== undefined && one.exit() === undefined) {
      await platform.kill(one);
      await one.exited;
    }
    const dir = dirOf(id);
    const monitor = readMonitor(dir);
    if (monitor !== undefined) await endMonitor(monitor);
    await platform.removeContainer(id);
    await platform.removeFolder(dir);
    living.delete(containerKey(id));
  };

  const endMonitor = (monitor: ProcessIdentity) =>
    retried(
      () => {
        const isThere = signalProcess(monitor, "SIGKILL");
        return isThere
          ? Promise.reject(new Error(`Process ${monitor.pid} does not end.`))
          : Promise.resolve();
      },
      { clock, withinMs: endWithinMs },
    );

  const adopt = async (uid: string) => {
    for (const name of foldersIn(containersDir(podDir(uid)))) {
      const record = readRecord(join(containersDir(podDir(uid)), name, "record.json")) as
        ContainerRecord | undefined;
      if (record === undefined) await platform.removeFolder(join(containersDir(podDir(uid)), name));
      else if (follow(record) === undefined) await clear(record);
    }
    const sandbox = readRecord(join(podDir(uid), "sandbox.json")) as Sandbox | undefined;
    if (sandbox !== undefined) sandboxes.set(uid, sandbox);
  };

  const removeSandbox = async (uid: string) => {
    await Promise.all(ofPod(uid).map(({ record }) => serial(containerKey(record), () => clear(record))));
    await platform.clearSandbox(uid, podDir(uid));
    await platform.removeFolder(podDir(uid));
    sandboxes.delete(uid);
  };
  const ensureSandbox = async (spec: SandboxSpec, signal: AbortSignal) => {
    const { podUid, namespace, name } = spec;
    const found = sandboxes.get(podUid);
    if (found !== undefined && platform.isWhole(podDir(podUid))) return found;
    signal.throwIfAborted();
    await removeSandbox(podUid);
    await mkdir(containersDir(podDir(podUid)), { recursive: true });
    const ip = await platform.makeSandbox(spec, podDir(podUid));
    const sandbox: Sandbox = { podUid, namespace, name, ip, createdAt: clock.now() };
    await writeRecord(join(podDir(podUid), "sandbox.json"), sandbox);
    sandboxes.set(podUid, sandbox);
    return sandbox;
  };

  const start = async (spec: ContainerSpec, signal: AbortSignal) => {
    const former = living.get(containerKey(spec));
    if (former?.exit() === undefined && former !== undefined) return former.running;
    if (former !== undefined)
      throw new RuntimeRefusal("RunContainerError", `${containerKey(spec)} has already run`);
    if (!sandboxes.has(spec.podUid)) throw new Error(`There is no sandbox for pod ${spec.podUid}.`);
    signal.throwIfAborted();
    const dir = dirOf(spec);
    const { record, files, argv } = await containerSetup(spec, { dir, platform, scripts });
    try {
      await mkdir(dir, { mode: 0o700 });
      await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, name), text)));
      // Read by the container's user through a descriptor; the folder itself is closed to everybody.
      await chmod(join(dir, "environment"), 0o644);
      await launch(argv, { clock, environment: platform.environment });
    } catch (error) {
      await clear(spec);
      throw error;
    }
    const one = follow(record);
    if (one === undefined) throw new Error(`${containerKey(spec)} started without a trace.`);
    return one.running;
  };

  const stop = async (id: ContainerIdentity, graceMs: number) => {
    // A start that nobody waits for any more comes first; after it this is the last word.
    const one = await serial(containerKey(id), () => Promise.resolve(known(id)));
    const found = one.exit();
    if (found !== undefined) return found;
    signalProcess(one.process, "SIGTERM");
    const killing = Promise.withResolvers<never>();
    const timer = clock.setTimeout(() => void platform.kill(one).catch(killing.reject), graceMs);
    try {
      return await Promise.race([one.exited, killing.promise]);
    } finally {
      clock.clearTimeout(timer);
    }
  };

  for (const uid of foldersIn(podsDir)) await adopt(uid);

  return {
    name: platform.name,
    version: platform.version,
    limitations: platform.limitations,
    ensureSandbox: (spec, signal) => serial(spec.podUid, () => ensureSandbox(spec, signal)),
    removeSandbox: (uid) => serial(uid, () => removeSandbox(uid)),
    listSandboxes: () => Promise.resolve([...sandboxes.values()]),
    inspectContainer: (id) =>
      serial(containerKey(id), () => Promise.resolve(sightingOf(living.get(containerKey(id))))),
    listContainers: (uid) =>
      Promise.resolve(
        ofPod(uid).map((one) => {
          const { podUid, name, attempt } = one.record;
          return { podUid, name, attempt, sighting: sightingOf(one) };
        }),
      ),
    usage: async (id) => {
      const one = living.get(containerKey(id));
      return one === undefined || one.exit() !== undefined ? undefined : platform.usage(one);
    },
    ensureImage: (image) =>
      Promise.resolve(image).then((it) => ({
        imageId: `host:${findProgram(programOf(it)) ?? programOf(it)}`,
      })),
    startContainer: (spec, signal) => serial(containerKey(spec), () => start(spec, signal)),
    awaitExit: async (id, signal) => orAborted(known(id).exited, signal),
    stopContainer: stop,
    removeContainer: (id) => serial(containerKey(id), () => clear(id)),
    exec: async (id, execOptions) => {
      const one = known(id);
      if (one.exit() !== undefined) throw new Error(`${containerKey(id)} does not run.`);
      return startExec(one, execOptions, platform);
    },
    attach: async (id, attachOptions) => {
      const one = known(id);
      if (one.exit() !== undefined) throw new Error(`${containerKey(id)} does not run.`);
      return Promise.resolve(startAttach(one, attachOptions, platform));
    },
    connect: async ({ uid, ...to }, signal) => {
      const sandbox = sandboxes.get(uid);
      if (sandbox === undefined) throw new Error(`There is no sandbox for pod ${uid}.`);
      return connectTo({ ip: sandbox.ip, network: platform.networkOf?.(podDir(uid)) }, to, signal);
    },
    release: () => {
      for (const one of living.values()) one.release();
    },
  };
}

function sightingOf(one: Living | undefined): Sighting {
  if (one === undefined) return { state: "absent" };
  const exit = one.exit();
  return exit === undefined ? { state: "running", ...one.running } : { state: "exited", ...exit };
}

function foldersIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return []; // Nothing was ever made here.
  }
}

/** Whole or not at all. */
async function writeRecord(path: string, record: object): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(record));
  await rename(`${path}.new`, path);
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
