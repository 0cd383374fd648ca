/** Pods as process groups: no namespaces, no control groups, the board's own root, network and user. */
import { markVariable } from "@kubus/shared/adapters/machine-mark.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RuntimeRefusal, type ContainerSpec } from "../../ports/runtime.ts";
import { removeFolder } from "../process/mounts.ts";
import type { Platform, Target } from "../shim/platform.ts";
import { isAlive } from "../shim/process-identity.ts";
import { sessionUsage } from "./session-usage.ts";

const limitations = [
  "Without root pods have no network of their own: they share the board's address, ports and localhost.",
  "Without root containers see the board's files, processes and host name, and run as the agent's user.",
  "Without root limits on processor, memory and processes are not enforced.",
  "Without root pods have no volumes, and so no token of their service account.",
  "Without root a process that leaves its process group outlives its container.",
];

export interface PlainPlatformOptions {
  readonly version: string;
  readonly address: string;
  /** Of the agent itself. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export const plainPlatform = ({ version, address, environment }: PlainPlatformOptions): Platform => ({
  name: "plain",
  version,
  limitations,
  environment: markOf(environment),
  makeSandbox: () => Promise.resolve(address),
  isWhole: () => true,
  clearSandbox: () => Promise.resolve(),
  prepare: async (spec) => {
    await Promise.resolve(spec).then(refuseWhatNeedsRoot);
    // The program leads a group of its own, apart from the shim that outlives it.
    return { monitorGroups: [], enter: [], first: [], groups: [], privileges: ["setsid"] };
  },
  kill: (target) => Promise.resolve(target).then(killGroup),
  outOfMemory: () => false,
  usage: usageReader(),
  removeContainer: () => Promise.resolve(),
  inside: () => [],
  join: () =>
    Promise.resolve({
      groups: [],
      enter: [],
      kill: () => Promise.resolve(),
      forget: () => Promise.resolve(),
    }),
  removeFolder,
});

/** What tells whose processes they are when the agent is gone. */
function markOf(environment: PlainPlatformOptions["environment"]): Readonly<Record<string, string>> {
  const mark = environment[markVariable];
  return mark === undefined ? {} : { [markVariable]: mark };
}

function refuseWhatNeedsRoot({ user, privileged, readOnlyRoot, mounts = [] }: ContainerSpec): void {
  const refuse = (what: string) => {
    throw new RuntimeRefusal("CreateContainerConfigError", `${what} needs root; this board runs without it`);
  };
  if (user !== undefined && user.uid !== process.getuid?.()) refuse(`running as user ${user.uid}`);
  if (privileged) refuse("a privileged container");
  if (readOnlyRoot) refuse("a read-only root");
  if (mounts.length > 0) refuse("mounting volumes");
}

/** The program leads a session that bears the number of its group. */
function usageReader(): Platform["usage"] {
  const usageOf = sessionUsage();
  return ({ dir, process: shim }) => (isAlive(shim) ? usageOf(groupOf(dir)) : Promise.resolve(undefined));
}

const groupOf = (dir: string) => Number(readFileSync(join(dir, "group"), "utf8"));

/** As long as the shim lives its program is not reaped, and the group's number is nobody else's. */
function killGroup({ dir, process: shim }: Target): void {
  if (!isAlive(shim)) return;
  const group = groupOf(dir);
  if (!(group > 1)) return;
  // In its first moment the program leads no group yet.
  killNow(group);
  killNow(-group);
}

function killNow(target: number): void {
  try {
    process.kill(target, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // Ended in this moment.
  }
}
