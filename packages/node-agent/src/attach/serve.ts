/** Joins clients to containers that run: one visit for each channel that a server opens. */
import type { Channels } from "@kubus/shared/bus/channel.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { PodAttachRequest } from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { converse } from "../exec/converse.ts";
import type { Board } from "../pod/board.ts";
import { runningContainer } from "../pod/lookup.ts";
import type { Runtime } from "../ports/runtime.ts";

interface AttachOptions {
  readonly node: string;
  readonly channels: Channels;
  readonly board: Pick<Board, "find">;
  readonly runtime: Pick<Runtime, "attach">;
}

/** A channel that breaks or is closed ends the visit; the container runs on. */
export function serveAttach({ node, channels, board, runtime }: AttachOptions): Subscription {
  return channels.accept(subjectOf("podAttach", node), async ({ payload }, channel) => {
    const request = JSON.parse(new TextDecoder().decode(payload)) as PodAttachRequest;
    const id = runningContainer(board, request);
    await converse(await runtime.attach(id, { stdin: request.stdin }), channel);
  });
}
