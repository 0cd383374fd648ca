/**
 * Two directions of bytes that end apart: a channel, a socket, a stream within a connection.
 *
 * Everything waits for the slower side, so that what is under way is bounded by the windows of both.
 */
import type { Channel } from "./channel.ts";

export type ByteStream = Pick<Channel, "incoming" | "write" | "end" | "reset">;

/**
 * Hands on what either side says until both have ended. Rejects with the reason when one of them broke; then the other
 * one is reset.
 */
export async function joinStreams(one: ByteStream, other: ByteStream): Promise<void> {
  const broken = (error: unknown): never => {
    const reason = error instanceof Error ? error.message : String(error);
    one.reset(reason);
    other.reset(reason);
    throw error;
  };
  await Promise.all([pour(one, other).catch(broken), pour(other, one).catch(broken)]);
}

async function pour(from: ByteStream, to: ByteStream): Promise<void> {
  for await (const chunk of from.incoming) await to.write(chunk);
  await to.end();
}
