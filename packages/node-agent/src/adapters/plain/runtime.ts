/**
 * The runtime of a board without root: containers are process groups of the agent's own user.
 *
 * They survive the agent as on any other runtime, and their logs and exit codes are kept; what needs root is missing,
 * and `limitations` says so.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { AgentConfig } from "../../config.ts";
import { findProgram } from "../shim/program.ts";
import { openShimRuntime, type ShimRuntime } from "../shim/runtime.ts";
import { installScripts } from "../shim/scripts.ts";
import { plainPlatform } from "./platform.ts";

export interface PlainRuntimeOptions {
  readonly config: Pick<AgentConfig, "version" | "runDir" | "address">;
  readonly clock: Clock;
  readonly log: Log;
}

const programs = ["setsid", "mkfifo", "script"];

/** Rejects with one clear line when the machine lacks something. */
export async function openPlainRuntime({ config, clock, log }: PlainRuntimeOptions): Promise<ShimRuntime> {
  const missing = programs.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) {
    throw new Error(
      `The plain runtime needs ${missing.join(", ")} (Debian: util-linux, coreutils, bsdutils).`,
    );
  }
  const home = join(config.runDir, "runtime");
  const podsDir = join(home, "pods");
  await mkdir(podsDir, { recursive: true, mode: 0o700 });
  const scripts = await installScripts(home);
  return openShimRuntime({
    platform: plainPlatform({ ...config, environment: process.env }),
    podsDir,
    scripts,
    clock,
    log,
  });
}
