/**
 * Starts processes that outlive this one, with their output in a log file.
 *
 * Each is a session of its own: a Ctrl-C meant for `up` does not reach it. It is in the journal as soon as it has
 * a pid; before that, its control group is.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { becomesTrue } from "./await-condition.ts";
import { identify, isAlive, signal } from "./processes.ts";
import type { Journal } from "../cluster/journal.ts";
import type { Launcher } from "../up/child.ts";

export interface LaunchPlan {
  readonly command: readonly string[];
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A log that is longer when its process starts is moved aside. */
const logBytesMax = 10 * 1024 * 1024;

/** How long a killed process may take to end. */
const killMs = 5_000;

/** `plan` is asked anew for every start. */
export function processLauncher(
  plan: (name: string) => LaunchPlan | Promise<LaunchPlan>,
  journal: Journal,
): Launcher {
  const children = new Map<number, ChildProcess>();
  return {
    launch: async (name) => {
      const { command, logFile, env } = await plan(name);
      const [program = "", ...args] = command;
      const log = openLog(logFile);
      try {
        const child = spawn(program, args, {
          detached: true,
          stdio: ["ignore", log, log],
          env: { ...process.env, ...env },
        });
        await once(child, "spawn");
        const identity = identify(child.pid ?? 0);
        if (identity === undefined)
          throw new Error(`${name} ended as soon as it was started: see ${logFile}`);
        journal.write({ made: "process", name, ...identity });
        children.set(identity.pid, child);
        child.once("exit", () => children.delete(identity.pid));
        return identity;
      } finally {
        closeSync(log);
      }
    },
    awaitExit: async ({ pid }, abort) => {
      const child = children.get(pid);
      if (child !== undefined) await once(child, "exit", { signal: abort });
    },
    stop: async (identity, graceMs) => {
      signal(identity, "SIGTERM");
      if (await becomesTrue(() => !isAlive(identity), { deadlineMs: graceMs })) return;
      signal(identity, "SIGKILL");
      await becomesTrue(() => !isAlive(identity), { deadlineMs: killMs });
    },
  };
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) renameSync(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}
