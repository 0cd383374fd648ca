/**
 * A WebSocket as numbered channels: each message begins with its channel, as a byte or, where everything is text for
 * browsers, as a digit before base64.
 */
import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket } from "ws";

export interface Message {
  readonly channel: number;
  readonly bytes: Uint8Array;
}

export interface Messages {
  /** Ends with the connection, never throws. Read it once; what is not read holds the sender up. */
  readonly incoming: AsyncIterable<Message>;
  /** Resolves when the connection has taken it. */
  send(message: Message): Promise<void>;
  /** After what was sent; the client hangs up. */
  close(): void;
  /** Aborted when the client is gone. */
  readonly left: AbortSignal;
}

export type Encoding = "binary" | "base64";

const closedNormally = 1000;

export function messagesOn(socket: WebSocket, encoding: Encoding): Messages {
  const client = createWebSocketStream(socket, { readableObjectMode: true, decodeStrings: false });
  client.on("error", () => client.destroy());
  const left = new AbortController();
  socket.once("close", () => left.abort());
  return {
    incoming: messagesIn(client, encoding),
    send: (message) =>
      new Promise((resolve, reject) => {
        client.write(encoded(message, encoding), (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      }),
    close: () => socket.close(closedNormally),
    left: left.signal,
  };
}

async function* messagesIn(client: Duplex, encoding: Encoding): AsyncGenerator<Message> {
  try {
    // Leaving the loop must not destroy the socket: how it ended is still to be told.
    for await (const message of client.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer | string>)
      if (message.length > 0) yield decoded(message, encoding);
  } catch {
    // The client is gone; `left` says so.
  }
}

function encoded({ channel, bytes }: Message, encoding: Encoding): Buffer | string {
  if (encoding === "base64") return `${channel}${Buffer.from(bytes).toString("base64")}`;
  const message = Buffer.allocUnsafe(bytes.length + 1);
  message[0] = channel;
  message.set(bytes, 1);
  return message;
}

function decoded(message: Buffer | string, encoding: Encoding): Message {
  if (encoding === "base64") {
    const text = message.toString();
    return { channel: text.charCodeAt(0) - 0x30, bytes: Buffer.from(text.slice(1), "base64") };
  }
  const bytes = Buffer.from(message as Buffer);
  return { channel: bytes[0] ?? 0, bytes: bytes.subarray(1) };
}
