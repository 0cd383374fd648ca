/**
 * The two directions of a channel's end: bytes that wait to be read, and credit that writers wait for.
 *
 * Nothing here knows of the bus. What waits is bounded by the window, since nobody may send without credit.
 */
import { channelLimits } from "./channel.ts";
import type { Trouble } from "../errors/trouble.ts";

export interface Incoming {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** False: more bytes came than were granted. */
  push(chunk: Uint8Array): boolean;
  end(): void;
  /** What came before is still read; then the reader gets the trouble. */
  fail(trouble: Trouble): void;
}

/** `grant` is called with bytes that were read, in portions worth a message. */
export function incoming(grant: (bytes: number) => void): Incoming {
  const waiting: Uint8Array[] = [];
  const over = Promise.withResolvers<Trouble | undefined>();
  let last: { readonly trouble: Trouble | undefined } | undefined;
  let arrival = Promise.withResolvers<undefined>();
  let unread = 0;
  let ungranted = 0;

  const finish = (trouble: Trouble | undefined) => {
    last ??= { trouble };
    arrival.resolve(undefined);
    over.resolve(trouble);
  };
  const note = (bytes: number) => {
    unread -= bytes;
    ungranted += bytes;
    if (ungranted < channelLimits.windowBytes / 2) return;
    grant(ungranted);
    ungranted = 0;
  };
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = waiting.shift();
      if (chunk !== undefined) {
        note(chunk.length);
        yield chunk;
      } else if (last !== undefined) {
        if (last.trouble !== undefined) throw last.trouble;
        return;
      } else {
        arrival = Promise.withResolvers();
        await arrival.promise;
      }
    }
  }
  return {
    chunks: read(),
    push: (chunk) => {
      unread += chunk.length;
      waiting.push(chunk);
      arrival.resolve(undefined);
      return unread + ungranted <= channelLimits.windowBytes;
    },
    end: () => finish(undefined),
    fail: finish,
  };
}

export interface Credit {
  /** Resolves with a number of bytes that may be sent now: at least one, at most `wanted`. */
  take(wanted: number): Promise<number>;
  add(bytes: number): void;
  /** Rejects whoever waits now or later. */
  fail(trouble: Trouble): void;
}

export function credit(): Credit {
  let left: number = channelLimits.windowBytes;
  let more = Promise.withResolvers<undefined>();
  let failure: Trouble | undefined;
  return {
    take: async (wanted) => {
      while (left <= 0 && failure === undefined) {
        more = Promise.withResolvers();
        await more.promise;
      }
      if (failure !== undefined) throw failure;
      const taken = Math.min(wanted, left);
      left -= taken;
      return taken;
    },
    add: (bytes) => {
      left += bytes;
      more.resolve(undefined);
    },
    fail: (trouble) => {
      failure ??= trouble;
      more.resolve(undefined);
    },
  };
}
