/**
 * One forwarded connection between a client and a port within a pod.
 *
 * The client is told what went wrong on the pod's side, and only that: kubectl ends all of a port-forward when it reads
 * an error, so a browser that hangs up must not cause one.
 */
import { joinStreams, type ByteStream } from "@kubus/shared/bus/byte-stream.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { apiLimits } from "../limits.ts";
import type { ForwardedConnection, ForwardSession } from "./session.ts";

/** Never rejects. */
export async function relayForward(
  connection: ForwardedConnection,
  session: ForwardSession,
  clock: Clock,
): Promise<void> {
  const message = await join(connection, session, clock).catch((error: unknown) => messageOf(error));
  const { pod } = session;
  const told =
    message === undefined
      ? undefined
      : `error forwarding port ${connection.port} to pod ${pod}, uid : ${message}`;
  // When the client is gone already, nobody needs to be told.
  await connection.finish(told).catch(() => undefined);
}

/**
 * Until both sides have ended, or the pod's has and the client was given its time: kubectl before 1.30 ends its side only
 * after it was told that all is over.
 */
async function join(
  { port, data }: ForwardedConnection,
  { connect }: ForwardSession,
  clock: Clock,
): Promise<undefined> {
  const channel = await connect(port);
  const client = ofClient(data);
  const waited = Promise.withResolvers<undefined>();
  let timer: unknown;
  const end = async () => {
    await client.end();
    timer = clock.setTimeout(() => waited.resolve(undefined), apiLimits.forwardEndMs);
  };
  await Promise.race([joinStreams(channel, { ...client, end }), waited.promise]);
  clock.clearTimeout(timer);
  channel.reset("the connection is over");
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
