/** A short text that the other end of a channel says, and then nothing more. */
import type { Channel } from "./channel.ts";

/**
 * Reads it whole and closes the channel. Rejects when it is longer than `bytesMax`, or when `signal` is aborted first;
 * the other end is told then.
 */
export async function shortTextFrom(
  channel: Channel,
  { bytesMax, signal }: { readonly bytesMax: number; readonly signal: AbortSignal },
): Promise<string> {
  const leave = () => channel.reset("the answer takes too long");
  signal.addEventListener("abort", leave, { once: true });
  try {
    signal.throwIfAborted();
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of channel.incoming) {
      length += chunk.length;
      if (length > bytesMax) throw new Error("the answer is too long");
      chunks.push(chunk);
    }
    await channel.end();
    return Buffer.concat(chunks).toString();
  } catch (error) {
    channel.reset("the answer is of no use");
    throw error;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
