/** A session with a process between its streams and a channel: exec, and attach. */
import { decodeExecFrames, encodeExecFrame, encodeExecFrames } from "@kubus/shared/bus/exec-frames.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import { execStream, type SessionResult } from "@kubus/shared/bus/pod-streams.ts";
import type { AttachSession, ExecSession } from "../ports/runtime.ts";

/** Resolves when the channel was told how it ended. A channel that breaks or is closed ends the session. */
export async function converse(session: ExecSession | AttachSession, channel: Channel): Promise<void> {
  void channel.closed.then(() => session.kill());
  void listen(session, channel).catch(() => session.kill());
  const result = await Promise.all([
    pump(session.stdout, execStream.stdout, channel),
    pump(session.stderr, execStream.stderr, channel),
  ])
    .then(() => session.result)
    .catch((error: unknown): SessionResult => ({ how: "failed", message: messageOf(error) }));
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

async function listen(session: ExecSession | AttachSession, channel: Channel): Promise<void> {
  for await (const { stream, bytes } of decodeExecFrames(channel.incoming)) {
    if (stream === execStream.stdin) await session.writeStdin(bytes);
    else if (stream === execStream.close) session.endStdin();
    else if (stream === execStream.resize) {
      const size = sizeOf(bytes);
      if (size !== undefined) session.resize(size);
    }
  }
  session.endStdin();
}

/** Undefined for what is no size: a client's mistake must not reach a terminal. */
function sizeOf(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const { Width: width, Height: height } = parsed(bytes);
  const isSize = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= 0xffff;
  return isSize(width) && isSize(height) ? { width, height } : undefined;
}

function parsed(bytes: Uint8Array): { readonly Width?: unknown; readonly Height?: unknown } {
  try {
    return (JSON.parse(new TextDecoder().decode(bytes)) ?? {}) as object;
  } catch {
    return {}; // No JSON at all.
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
