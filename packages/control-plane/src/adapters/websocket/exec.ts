/**
 * exec between a WebSocket (`v5.channel.k8s.io`, `v4.channel.k8s.io`) and a channel to the node's agent.
 *
 * Neither side is read faster than the other takes it. The last message is a metav1.Status that tells how the command
 * ended, also when it never began.
 */
import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket } from "ws";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import { decodeExecFrames, encodeExecFrames } from "@kubus/shared/bus/exec-frames.ts";
import { execStream, type ExecResult } from "@kubus/shared/bus/pod-streams.ts";
import { Refusal, statusOf } from "@kubus/shared/errors/codes.ts";
import type { ExecSession } from "../../api/streams/upgrades.ts";

/** In the order of preference: only v5 can end stdin. */
export const execProtocols: readonly string[] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

export async function relayExec(socket: WebSocket, session: ExecSession): Promise<void> {
  const client = createWebSocketStream(socket, { readableObjectMode: true });
  client.on("error", () => client.destroy());
  const left = new AbortController();
  socket.once("close", () => left.abort());
  const status = await runSession({ client, left: left.signal }, session).catch(statusOfError);
  // When the client is gone already, nobody needs to be told.
  await send(client, execStream.result, encoder.encode(JSON.stringify(status))).catch(() => undefined);
  socket.close(closedNormally);
}

const closedNormally = 1000;

interface Client {
  readonly client: Duplex;
  /** Aborted when the client is gone. */
  readonly left: AbortSignal;
}

async function runSession({ client, left }: Client, session: ExecSession): Promise<object> {
  const channel = await session.open();
  const leave = () => channel.reset("the client left");
  left.addEventListener("abort", leave, { once: true });
  if (left.aborted) leave();
  // It ends when the client or the channel does, and never fails.
  void fromClient(client, channel);
  try {
    return statusOfResult(await toClient(channel, client));
  } finally {
    left.removeEventListener("abort", leave);
    channel.reset("the command is over");
  }
}

/** What the client sends, until it leaves or the channel is over. */
async function fromClient(client: Duplex, channel: Channel): Promise<void> {
  try {
    // Leaving the loop must not destroy the socket: how the command ended is still to be told.
    const messages = client.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const message of messages) {
      const [stream] = message;
      if (stream === undefined || !takenFromClient.has(stream)) continue;
      for (const frame of encodeExecFrames({ stream, bytes: message.subarray(1) }))
        await channel.write(frame);
    }
  } catch {
    // The channel is over, or the client is: the other direction knows which, and says so.
  }
}

const takenFromClient = new Set<number>([execStream.stdin, execStream.resize, execStream.close]);

async function toClient(channel: Channel, client: Duplex): Promise<ExecResult> {
  for await (const { stream, bytes } of decodeExecFrames(channel.incoming)) {
    if (stream === execStream.result) return JSON.parse(new TextDecoder().decode(bytes)) as ExecResult;
    await send(client, stream, bytes);
  }
  throw new Refusal("internal", "the agent ended the session without telling how the command ended");
}

/** Resolves when the socket has taken it. */
const send = (client: Duplex, stream: number, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    const message = Buffer.allocUnsafe(bytes.length + 1);
    message[0] = stream;
    message.set(bytes, 1);
    client.write(message, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });

const encoder = new TextEncoder();

/** The last word, as clients read it. */
function statusOfResult(result: ExecResult): object {
  if (result.how === "failed") return statusOf(new Refusal("internal", result.message));
  if (result.exitCode === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${result.exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(result.exitCode) }] },
  };
}

const statusOfError = (error: unknown): object =>
  statusOf(
    error instanceof Refusal
      ? error
      : new Refusal(
          "internal",
          `the session broke: ${error instanceof Error ? error.message : String(error)}`,
        ),
  );
