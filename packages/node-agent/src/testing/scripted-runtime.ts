/**
 * A runtime in memory that a test drives: containers run until the test lets them end.
 *
 * It outlives the agents that use it, as real containers do.
 */
import type { Clock } from "@kubus/shared/time/clock.ts";
import {
  containerKey,
  RuntimeRefusal,
  type ContainerIdentity,
  type ContainerSpec,
  type Exit,
  type Runtime,
  type Sandbox,
  type Sighting,
} from "../ports/runtime.ts";

interface Entry {
  readonly id: ContainerIdentity;
  readonly spec: ContainerSpec;
  sighting: Sighting;
  readonly waiting: ((exit: Exit) => void)[];
}

export interface ScriptedRuntime extends Runtime {
  /** What was asked of it, in order: `start web/0`. */
  readonly calls: readonly string[];
  /** Makes calls of this name fail, for as long as it is set: `image`, `start`, `sandbox`, `list`, `stop`. */
  readonly failures: Map<string, Error>;
  /** The container's present run ends by itself. */
  exit(podUid: string, name: string, exitCode: number): void;
  specOf(podUid: string, name: string): ContainerSpec | undefined;
  running(): readonly string[];
  sandboxes(): readonly string[];
  /** As a power loss: nothing is left of what ran. */
  powerLoss(): void;
}

export function scriptedRuntime(clock: Clock): ScriptedRuntime {
  const entries = new Map<string, Entry>();
  const sandboxes = new Map<string, Sandbox>();
  const calls: string[] = [];
  const failures = new Map<string, Error>();
  let pids = 100;

  const note = (what: string, subject: string) => {
    calls.push(`${what} ${subject}`);
    const failure = failures.get(what);
    if (failure !== undefined) throw failure;
  };
  const short = ({ name, attempt }: ContainerIdentity) => `${name}/${attempt}`;
  const end = (entry: Entry, exitCode: number): Exit => {
    const { sighting } = entry;
    const startedAt = sighting.state === "running" ? sighting.startedAt : clock.now();
    const exit = { exitCode, startedAt, finishedAt: clock.now(), outOfMemory: false };
    entry.sighting = { state: "exited", ...exit };
    for (const resolve of entry.waiting.splice(0)) resolve(exit);
    return exit;
  };
  const all = (podUid: string) => [...entries.values()].filter(({ id }) => id.podUid === podUid);

  return {
    name: "process",
    version: "0.0.0",
    limitations: [],
    calls,
    failures,
    ensureSandbox: async (spec) => {
      await Promise.resolve();
      note("sandbox", spec.name);
      const { podUid, namespace, name } = spec;
      const known = sandboxes.get(podUid);
      const sandbox = known ?? { podUid, namespace, name, ip: "10.1.0.7", createdAt: clock.now() };
      sandboxes.set(podUid, sandbox);
      return sandbox;
    },
    removeSandbox: async (podUid) => {
      await Promise.resolve();
      note("remove", podUid);
      for (const { id } of all(podUid)) entries.delete(containerKey(id));
      sandboxes.delete(podUid);
    },
    listSandboxes: () => Promise.resolve([...sandboxes.values()]),
    inspectContainer: async (id) => {
      await Promise.resolve();
      return entries.get(containerKey(id))?.sighting ?? { state: "absent" };
    },
    listContainers: async (podUid) => {
      await Promise.resolve();
      note("list", podUid);
      return all(podUid).map(({ id, sighting }) => ({ ...id, sighting }));
    },
    ensureImage: async (image) => {
      await Promise.resolve();
      note("image", image);
      return { imageId: `image ${image}` };
    },
    startContainer: async (spec) => {
      await Promise.resolve();
      const { podUid, name, attempt } = spec;
      note("start", short(spec));
      if (!sandboxes.has(podUid)) throw new RuntimeRefusal("RunContainerError", "no sandbox");
      pids += 1;
      const running = { pid: pids, startedAt: clock.now() };
      entries.set(containerKey(spec), {
        id: { podUid, name, attempt },
        spec,
        sighting: { state: "running", ...running },
        waiting: [],
      });
      return running;
    },
    awaitExit: (id, signal) =>
      new Promise((resolve, reject) => {
        const entry = entries.get(containerKey(id));
        if (entry === undefined) reject(new Error("no such container"));
        else if (entry.sighting.state === "exited") resolve(entry.sighting);
        else entry.waiting.push(resolve);
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
    stopContainer: async (id, graceMs) => {
      await Promise.resolve();
      note("stop", `${short(id)} ${graceMs}`);
      const entry = entries.get(containerKey(id));
      if (entry === undefined) throw new Error("no such container");
      return end(entry, 143);
    },
    removeContainer: async (id) => {
      await Promise.resolve();
      entries.delete(containerKey(id));
    },
    exec: () => Promise.reject(new Error("This runtime runs nothing.")),
    exit: (podUid, name, exitCode) => {
      const entry = all(podUid).find(({ id, sighting }) => id.name === name && sighting.state === "running");
      if (entry === undefined) throw new Error(`${name} does not run`);
      end(entry, exitCode);
    },
    specOf: (podUid, name) =>
      all(podUid)
        .filter(({ id }) => id.name === name)
        .at(-1)?.spec,
    running: () =>
      [...entries.values()].filter(({ sighting }) => sighting.state === "running").map(({ id }) => short(id)),
    sandboxes: () => [...sandboxes.keys()],
    powerLoss: () => {
      entries.clear();
      sandboxes.clear();
    },
  };
}
