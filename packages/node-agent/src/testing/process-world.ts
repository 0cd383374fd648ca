/**
 * A board for tests of the process runtime: folders and a control group of its own, removed without a trace.
 *
 * It counts what the machine holds (namespaces, mounts, groups), so that a test can tell what was left behind.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logTo } from "@kubus/shared/log/log.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { hierarchies } from "../adapters/cgroup/hierarchies.ts";
import { openGroups } from "../adapters/cgroup/groups.ts";
import { mountinfo, mountsBelow, removeFolder, unmountBelow } from "../adapters/process/mounts.ts";
import { openProcessRuntime, processRuntimeMissing } from "../adapters/process/runtime.ts";
import type { ShimRuntime } from "../adapters/shim/runtime.ts";
import type { PodNetwork } from "../ports/network.ts";
import { processesNaming } from "./processes.ts";
import { undoing } from "./undo.ts";

/** Why these tests must be skipped, or false. */
export const processSkip: string | false = processRuntimeMissing() ?? false;

export interface ProcessWorld {
  readonly dir: string;
  readonly config: Parameters<typeof openProcessRuntime>[0]["config"];
  open(network?: PodNetwork): Promise<ShimRuntime>;
  /** Paths of the machine that belong to this pod. */
  remainsOf(podUid: string): readonly string[];
  stop(): Promise<void>;
}

/** Hands out addresses and links nothing: pods reach themselves only. */
export function noNetwork(): PodNetwork {
  let last = 1;
  return {
    prepare: () => Promise.resolve(),
    syncPeers: () => Promise.resolve(),
    attach: () => Promise.resolve({ ip: `192.0.2.${(last += 1)}` }),
    detach: () => Promise.resolve(),
    onLinkChange: () => ({ unsubscribe: () => undefined }),
  };
}

let count = 0;

export function processWorld(): ProcessWorld {
  count += 1;
  const name = `kubus-test-${process.pid}-${count}`;
  const dir = mkdtempSync(join(tmpdir(), `${name}-`));
  const config = {
    node: "board-1",
    version: "0.0.0",
    stateDir: join(dir, "state"),
    runDir: join(dir, "run"),
    address: "192.0.2.1",
    cgroupParent: name,
  };
  const opened: ShimRuntime[] = [];
  const release = () => {
    for (const runtime of opened.splice(0)) runtime.release();
  };
  return {
    dir,
    config,
    open: async (network = noNetwork()) => {
      release();
      const runtime = await openProcessRuntime({
        config,
        network,
        clock: systemClock,
        log: logTo((l) => process.stderr.write(l), {
          now: () => 0,
          level: process.env["KUBUS_TEST_LOG"] === "yes" ? "debug" : "error",
        }),
      });
      opened.push(runtime);
      return runtime;
    },
    remainsOf: (podUid) => [
      ...mountsBelow(mountinfo(), dir).filter((point) => point.includes(podUid)),
      ...[join(config.runDir, "runtime", "pods", podUid), join(config.stateDir, "roots", podUid)].filter(
        existsSync,
      ),
      ...hierarchies().flatMap(({ root }) =>
        ["pods", "shims"].map((kind) => join(root, name, kind, podUid)).filter(existsSync),
      ),
      ...processesNaming(join(config.runDir, "runtime", "pods", podUid)),
    ],
    stop: undoing(async () => {
      release();
      const groups = openGroups({ parent: name, clock: systemClock });
      await groups.kill("");
      await groups.remove("");
      await unmountBelow(dir);
      await removeFolder(dir);
      rmSync(dir, { recursive: true, force: true });
    }),
  };
}
