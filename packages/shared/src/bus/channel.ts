/**
 * A channel: two directions of bytes between two parties on the bus, in order, with credits.
 *
 * The bus itself may drop messages (reconnects, slow consumers); a channel never hides that: frames are
 * numbered, and a gap, a lost connection or a silent peer breaks it for both sides. Whoever opened it
 * opens another one and begins by looking. The implementation is in `bus-channel.ts`.
 */
import type { Bus, Subscription } from "./bus.ts";

export interface Channel {
  /** Ends when the peer ended its direction; throws `Trouble("broken")` when the channel broke. Read it once. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Resolves when there is credit for more. Rejects with `Trouble` when the channel is broken or closed. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends this direction; the other one goes on. */
  end(): Promise<void>;
  /** Ends both directions at once and tells the peer why. */
  reset(reason: string): void;
  /** Settles (never rejects) when both directions are over; the value tells how. */
  readonly closed: Promise<{ readonly how: "ended" | "broken"; readonly reason?: string }>;
}

export interface ChannelOptions {
  /** The subject on which the other side accepts. */
  readonly subject: string;
  /**
   * A subject prefix that both sides may publish and subscribe below,
   * such as `kubus.node.board-1.channel`. A token of the channel's own is appended.
   */
  readonly prefix: string;
  /** Carried with the opening; the acceptor decides by it. */
  readonly opening: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Channels {
  /** Rejects with `Trouble`, or with the acceptor's own words when it refused. */
  open(options: ChannelOptions): Promise<Channel>;
  /** `accept` gets a channel that is already open; throwing resets it with the error's message. */
  accept(
    subject: string,
    accept: (
      opening: { readonly subject: string; readonly payload: Uint8Array },
      channel: Channel,
    ) => void | Promise<void>,
    options?: { readonly queue?: string },
  ): Subscription;
}

/** Limits of channels. */
export const channelLimits = {
  /** Bytes that may be under way in one direction before the receiver grants more. */
  windowBytes: 256 * 1024,
  /** The largest frame; larger writes are cut into frames. */
  frameBytesMax: 64 * 1024,
  /** A channel that heard nothing for so long sends a ping. */
  pingAfterMs: 2_000,
  /** A channel that heard nothing for so long is broken. */
  silenceMaxMs: 6_000,
} as const;

export type ChannelsOn = (bus: Bus) => Channels;
