/** Connects servers to the ports of pods, for port-forwards and proxies: one connection for each channel. */
import type { Channels } from "@kubus/shared/bus/channel.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import { joinStreams } from "@kubus/shared/bus/byte-stream.ts";
import type { PodConnectRequest } from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { Board } from "../pod/board.ts";
import { requireHome } from "../pod/lookup.ts";
import type { Runtime } from "../ports/runtime.ts";

interface ConnectOptions {
  readonly node: string;
  readonly channels: Channels;
  readonly board: Pick<Board, "find">;
  readonly runtime: Pick<Runtime, "connect">;
}

/** The channel breaks with the reason when nobody listens there. */
export function serveConnect({ node, channels, board, runtime }: ConnectOptions): Subscription {
  return channels.accept(subjectOf("podConnect", node), async ({ payload }, channel) => {
    const request = JSON.parse(new TextDecoder().decode(payload)) as PodConnectRequest;
    requireHome(board, request);
    const left = new AbortController();
    void channel.closed.then(() => left.abort());
    await joinStreams(await runtime.connect(request, left.signal), channel);
  });
}
