/** Opens the `process` runtime: checks what it needs, makes what it shares, adopts what an earlier agent left. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { AgentConfig } from "../../config.ts";
import type { PodNetwork } from "../../ports/network.ts";
import { openGroups } from "../cgroup/groups.ts";
import { findProgram } from "../shim/program.ts";
import { run } from "../shim/run-program.ts";
import { openShimRuntime, type ShimRuntime } from "../shim/runtime.ts";
import { installScripts } from "../shim/scripts.ts";
import { makeLayers } from "./layers.ts";
import { mountinfo, mountsBelow, removeFolder } from "./mounts.ts";
import { processPlatform } from "./platform.ts";
import { sandboxScript } from "./sandbox-script.ts";

export interface ProcessRuntimeOptions {
  readonly config: Pick<
    AgentConfig,
    "node" | "version" | "stateDir" | "runDir" | "address" | "cgroupParent" | "hiddenDirs"
  >;
  readonly network: PodNetwork;
  readonly clock: Clock;
  readonly log: Log;
}

const programs = [
  "unshare",
  "nsenter",
  "setpriv",
  "mount",
  "umount",
  "pivot_root",
  "mkfifo",
  "mknod",
  "ip",
  "script",
];

/** Small files only: namespaces' pins, FIFOs, records. */
const runSizeMax = "64m";

/** Folders that may be file systems of their own and are part of the board's root all the same. */
const rootParts = ["/usr", "/usr/local", "/opt"];

/** Why this machine cannot run it, one clear line; undefined when it can. */
export function processRuntimeMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "The process runtime needs root; without it use the plain runtime.";
  const missing = programs.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return undefined;
  return `The process runtime needs ${missing.join(", ")} (Debian: util-linux, mount, iproute2, bsdutils).`;
}

/** Rejects with one clear line when the machine lacks something. */
export async function openProcessRuntime(options: ProcessRuntimeOptions): Promise<ShimRuntime> {
  const missing = processRuntimeMissing();
  if (missing !== undefined) throw new Error(missing);
  const { config, network, clock, log } = options;
  const { runDir, stateDir, hiddenDirs = [] } = config;
  const home = join(runDir, "runtime");
  const [podsDir, rootsDir] = [join(home, "pods"), join(stateDir, "roots")];
  // These paths become options of an overlay, which cannot spell them otherwise.
  if (/[:,\\]/.test(runDir))
    throw new Error(`The run folder's path must not hold ":", "," or "\\": ${runDir}`);
  await mountRunFolder(home);
  await Promise.all([podsDir, rootsDir].map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
  await sweepRoots(rootsDir, podsDir);
  const groups = openGroups({ parent: config.cgroupParent, clock });
  const layers = await makeLayers(home, [stateDir, runDir, ...hiddenDirs]);
  const scripts = await installScripts(home, { "sandbox.sh": sandboxScript });
  const mounted = mountinfo();
  const platform = processPlatform({
    ...{ version: config.version, groups, network, layers, podsDir, rootsDir },
    sandboxScript: join(scripts.folder, "sandbox.sh"),
    node: config.node,
    address: config.address,
    parts: rootParts.filter((path) => mountsBelow(mounted, path).includes(path)),
  });
  return openShimRuntime({ platform, podsDir, scripts, clock, log });
}

/** A small file system of its own: gone after a reboot, and apart from the root that containers are layered on. */
async function mountRunFolder(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (mountsBelow(mountinfo(), home).includes(home)) return;
  await run("mount", ["-n", "-t", "tmpfs", "-o", `mode=700,size=${runSizeMax}`, "kubus", home]);
  await run("mount", ["-n", "--make-private", home]);
}

/** Roots of pods that ended with a power cut: nobody will come back for them. */
async function sweepRoots(rootsDir: string, podsDir: string): Promise<void> {
  const left = readdirSync(rootsDir).filter((uid) => !existsSync(join(podsDir, uid)));
  for (const uid of left) await removeFolder(join(rootsDir, uid));
}
