/** Decisions about one container: what was found, whether it starts again, and after which pause. Pure. */
import type { ContainerStateTerminated, ContainerStatus } from "@kubus/shared/api/pod.ts";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import type { Exit, Running, Sighting } from "../ports/runtime.ts";

export type RestartRule = "Always" | "OnFailure" | "Never";

/** Kubernetes' own figures: the first restart is immediate, then 10 s, 20 s, ... up to five minutes. */
export const restartBackoff: Backoff = { firstMs: 10_000, factor: 2, maxMs: 300_000 };
export const imageBackoff: Backoff = { firstMs: 10_000, factor: 2, maxMs: 300_000 };
export const runtimeBackoff: Backoff = { firstMs: 500, factor: 2, maxMs: 30_000 };
/** A container that ran so long starts with a clean slate. */
export const steadyMs = 600_000;

/** How one attempt ended. */
export interface PastRun extends Exit {
  readonly attempt: number;
  /** Given where the exit code alone does not tell: nobody saw the end. */
  readonly reason?: "ContainerStatusUnknown";
}

export const wantsRestart = (rule: RestartRule, { exitCode }: Exit): boolean =>
  rule === "Always" || (rule === "OnFailure" && exitCode !== 0);

export const crashesAfter = (crashes: number, exit: Exit): number =>
  exit.finishedAt - exit.startedAt >= steadyMs ? 1 : crashes + 1;

/** The pause before the restart that follows crash number `crashes` (1 is the first). */
export const restartPauseMs = (crashes: number): number =>
  crashes <= 1 ? 0 : pauseMs(restartBackoff, crashes - 1);

export interface Trace {
  readonly attempt: number;
  readonly sighting: Sighting;
}

/** Everything that is known about a container before its actor begins. */
export interface Found {
  readonly now: "running" | "exited" | "absent";
  /** The attempt that runs or ended; for `absent` the one to start. */
  readonly attempt: number;
  readonly running?: Running;
  readonly run?: PastRun;
  readonly previous?: PastRun;
  /** Where the back-off goes on. */
  readonly crashes: number;
}

/**
 * Puts together what the runtime shows and what the API remembers. The runtime is right about what it shows;
 * what it no longer knows (a reboot) the API's last status tells, so that restarts stay counted and a
 * container that had ended for good stays ended.
 */
export function find(traces: readonly Trace[], remembered: ContainerStatus | undefined): Found {
  const seen = traces.filter(({ sighting }) => sighting.state !== "absent");
  const [latest, before] = [...seen].sort((a, b) => b.attempt - a.attempt);
  if (latest === undefined) return recall(remembered);
  const { attempt, sighting } = latest;
  const previous =
    before === undefined ? pastOf(remembered?.lastState.terminated, attempt - 1) : runOf(before);
  const rest = { attempt, crashes: attempt, ...(previous === undefined ? {} : { previous }) };
  if (sighting.state === "running") {
    return { now: "running", running: { pid: sighting.pid, startedAt: sighting.startedAt }, ...rest };
  }
  const run = runOf(latest);
  return run === undefined ? { now: "absent", ...rest } : { now: "exited", run, ...rest };
}

function recall(remembered: ContainerStatus | undefined): Found {
  // Without an identity it was never started: nothing to make up for.
  if (remembered?.containerID === undefined) {
    return { now: "absent", attempt: remembered?.restartCount ?? 0, crashes: 0 };
  }
  const { restartCount: attempt, state, lastState } = remembered;
  const ended = state.terminated ?? (state.running === undefined ? lastState.terminated : undefined);
  const known = pastOf(ended, attempt);
  if (known !== undefined) return { now: "exited", attempt, crashes: attempt, run: known };
  return { now: "exited", attempt, crashes: 0, run: lostRun(attempt, state.running?.startedAt) };
}

/** It ran when it was last heard of, and nobody saw how it ended: as Kubernetes does, 137. */
function lostRun(attempt: number, startedAt: string | undefined): PastRun {
  const at = startedAt === undefined ? 0 : Date.parse(startedAt);
  return {
    attempt,
    exitCode: 137,
    startedAt: at,
    finishedAt: at,
    outOfMemory: false,
    reason: "ContainerStatusUnknown",
  };
}

function runOf({ attempt, sighting }: Trace): PastRun | undefined {
  if (sighting.state !== "exited") return undefined;
  const { exitCode, startedAt, finishedAt, outOfMemory } = sighting;
  return { attempt, exitCode, startedAt, finishedAt, outOfMemory };
}

function pastOf(terminated: ContainerStateTerminated | undefined, attempt: number): PastRun | undefined {
  if (terminated === undefined) return undefined;
  const { exitCode, reason, startedAt, finishedAt } = terminated;
  return {
    attempt,
    exitCode,
    startedAt: startedAt === undefined ? 0 : Date.parse(startedAt),
    finishedAt: finishedAt === undefined ? 0 : Date.parse(finishedAt),
    outOfMemory: reason === "OOMKilled",
    ...(reason === "ContainerStatusUnknown" ? { reason } : {}),
  };
}
