/** Serves containers' logs to servers, one channel for each reader. */
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Channels } from "@kubus/shared/bus/channel.ts";
import type { PodLogRequest } from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Board } from "../pod/board.ts";
import { loggedRun, type LoggedRun } from "../pod/lookup.ts";
import { logPath, type PlanTerms } from "../pod/plan.ts";
import type { LogFiles, LogRead } from "../ports/log-files.ts";
import type { Runtime } from "../ports/runtime.ts";

interface LogOptions {
  readonly node: string;
  readonly channels: Channels;
  readonly board: Pick<Board, "find">;
  readonly runtime: Pick<Runtime, "awaitExit">;
  readonly logs: LogFiles;
  readonly terms: PlanTerms;
  readonly clock: Clock;
}

/** A follower's channel ends when the container's run has ended and all of its output was sent. */
export function serveLogs(options: LogOptions): Subscription {
  const { node, channels, board, runtime, logs, terms } = options;
  return channels.accept(subjectOf("podLog", node), async ({ payload }, channel) => {
    const request = JSON.parse(new TextDecoder().decode(payload)) as PodLogRequest;
    const { home, ...run } = loggedRun(board, request);
    const reading = new AbortController();
    void channel.closed.then(() => reading.abort());
    const path = logPath(terms, home.pod, run);
    const ended = request.follow === true ? endOf(run, runtime, reading.signal) : undefined;
    for await (const chunk of logs.read(readOf(request, path, options.clock, ended), reading.signal)) {
      await channel.write(chunk);
    }
    await channel.end();
  });
}

function readOf(
  { tailLines, sinceSeconds, sinceTime, timestamps = false, limitBytes }: PodLogRequest,
  path: string,
  clock: Clock,
  ended: Promise<void> | undefined,
): LogRead {
  const since = sinceTime === undefined ? undefined : Date.parse(sinceTime);
  const sinceMs = sinceSeconds === undefined ? since : clock.now() - sinceSeconds * 1_000;
  return {
    path,
    timestamps,
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(ended === undefined ? {} : { ended }),
  };
}

async function endOf(
  run: Omit<LoggedRun, "home">,
  runtime: Pick<Runtime, "awaitExit">,
  signal: AbortSignal,
): Promise<void> {
  if (run.isRunning) await runtime.awaitExit(run, signal);
}
