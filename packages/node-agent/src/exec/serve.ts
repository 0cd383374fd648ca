/** Runs commands in containers for servers: one session for each channel that they open. */
import { decodeExecFrames, encodeExecFrame, encodeExecFrames } from "@kubus/shared/bus/exec-frames.ts";
import type { Channel, Channels } from "@kubus/shared/bus/channel.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import { execStream, type ExecResult, type PodExecRequest } from "@kubus/shared/bus/pod-streams.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { Board } from "../pod/board.ts";
import { runningContainer } from "../pod/lookup.ts";
import type { ExecSession, Runtime } from "../ports/runtime.ts";

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
    const session = await runtime.exec(id, { command, tty, stdin });
    void channel.closed.then(() => session.kill());
    await converse(session, channel);
  });
}

async function converse(session: ExecSession, channel: Channel): Promise<void> {
  void listen(session, channel).catch(() => session.kill());
  const result = await Promise.all([
    pump(session.stdout, execStream.stdout, channel),
    pump(session.stderr, execStream.stderr, channel),
  ])
    .then(() => session.result)
    .catch((error: unknown): ExecResult => ({ how: "failed", message: messageOf(error) }));
  await channel.write(
    encodeExecFrame({ stream: execStream.result, bytes: new TextEncoder().encode(JSON.stringify(result)) }),
  );
  await channel.end();
}

/** Waits for credit before it takes more from the process: nothing is dropped, nothing piles up. */
async function pump(chunks: AsyncIterable<Uint8Array>, stream: number, channel: Channel): Promise<void> {
  for await (const bytes of chunks) {
    if (bytes.length === 0) continue;
    for (const frame of encodeExecFrames({ stream, bytes })) await channel.write(frame);
  }
}

async function listen(session: ExecSession, channel: Channel): Promise<void> {
  for await (const { stream, bytes } of decodeExecFrames(channel.incoming)) {
    if (stream === execStream.stdin) await session.writeStdin(bytes);
    else if (stream === execStream.close) session.endStdin();
    else if (stream === execStream.resize) session.resize(sizeOf(bytes));
  }
  session.endStdin();
}

function sizeOf(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  const { Width, Height } = JSON.parse(new TextDecoder().decode(bytes)) as { Width: number; Height: number };
  return { width: Width, height: Height };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
