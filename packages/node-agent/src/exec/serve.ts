/** Runs commands in containers for servers: one session for each channel that they open. */
import type { Channels } from "@kubus/shared/bus/channel.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { PodExecRequest } from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { Board } from "../pod/board.ts";
import { runningContainer } from "../pod/lookup.ts";
import type { Runtime } from "../ports/runtime.ts";
import { converse } from "./converse.ts";

interface ExecOptions {
  readonly node: string;
  readonly channels: Channels;
  readonly board: Pick<Board, "find">;
  readonly runtime: Pick<Runtime, "exec">;
}

/** A channel that breaks or is closed ends the command and all it started. */
export function serveExec({ node, channels, board, runtime }: ExecOptions): Subscription {
  return channels.accept(subjectOf("podExec", node), async ({ payload }, channel) => {
    const request = JSON.parse(new TextDecoder().decode(payload)) as PodExecRequest;
    const id = runningContainer(board, request);
    const { command, tty, stdin } = request;
    await converse(await runtime.exec(id, { command, tty, stdin }), channel);
  });
}
