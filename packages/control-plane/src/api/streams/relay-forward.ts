/**
 * One forwarded connection between a client and a port within a pod.
 *
 * The client is told what went wrong on the pod's side, and only that: kubectl ends all of a port-forward when it reads
 * an error, so a browser that hangs up must not cause one.
 */
import { joinStreams, type ByteStream } from "@kubus/shared/bus/byte-stream.ts";
import type { ForwardedConnection, ForwardSession } from "./session.ts";

/** Never rejects. */
export async function relayForward(connection: ForwardedConnection, session: ForwardSession): Promise<void> {
  const message = await join(connection, session).catch((error: unknown) => messageOf(error));
  const { pod } = session;
  const told =
    message === undefined
      ? undefined
      : `error forwarding port ${connection.port} to pod ${pod}, uid : ${message}`;
  // When the client is gone already, nobody needs to be told.
  await connection.finish(told).catch(() => undefined);
}

async function join({ port, data }: ForwardedConnection, { connect }: ForwardSession): Promise<undefined> {
  const channel = await connect(port);
  await joinStreams(channel, ofClient(data));
  return undefined;
}

class ClientLeft extends Error {}

/** The same, with errors that say whose they are. */
function ofClient(data: ByteStream): ByteStream {
  const left = (): never => {
    throw new ClientLeft("the client hung up");
  };
  return {
    ...data,
    incoming: guarded(data.incoming, left),
    write: (chunk) => data.write(chunk).catch(left),
    end: () => data.end().catch(left),
    // It stays open for the last word.
    reset: () => undefined,
  };
}

async function* guarded(chunks: AsyncIterable<Uint8Array>, left: () => never): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch {
    left();
  }
}

const messageOf = (error: unknown): string | undefined => {
  if (error instanceof ClientLeft) return undefined;
  return error instanceof Error ? error.message : String(error);
};
