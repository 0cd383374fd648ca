/**
 * What a session sends of its streams' data: no more than the transport takes, and no more than the peer granted.
 *
 * Go's spdystream, thus kubectl, grants nothing ever; only a peer that showed that it takes part in flow control is
 * waited for.
 */
import type { Duplex } from "node:stream";
import { encodeDataHead } from "./frame.ts";
import { spdyLimits } from "./limits.ts";
import { resetStatus, SpdyViolation, StreamReset } from "./spdy-error.ts";
import type { SpdyStream } from "./stream.ts";

/** The protocol's own bound of every window. */
export const creditMax = 0x7fff_ffff;

export interface Outflow {
  /** Resolves when it is with the transport. Rejects when the stream or the session is over. */
  send(stream: SpdyStream, bytes: Uint8Array): Promise<void>;
  /** The peer takes part in flow control. */
  heed(): void;
  /** The peer takes so much more of the session as a whole. Throws a SpdyViolation when that is too much. */
  grant(bytes: number): void;
  /** Something changed: whoever waits looks again. */
  wake(): void;
}

export function makeOutflow(transport: Duplex, isOver: () => boolean): Outflow {
  const waiting = new Set<() => void>();
  let isHeeded = false;
  let credit: number = spdyLimits.windowBytes;

  /** How much may be sent now: at least one byte. */
  const allowance = async (stream: SpdyStream, wanted: number): Promise<number> => {
    for (;;) {
      if (isOver() || stream.destroyed) throw new StreamReset(resetStatus.cancel);
      const allowed = isHeeded ? Math.min(wanted, stream.credit, credit) : wanted;
      if (allowed > 0 && !transport.writableNeedDrain) return allowed;
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  return {
    send: async (stream, bytes) => {
      for (let at = 0; at < bytes.length;) {
        const length = await allowance(stream, Math.min(bytes.length - at, spdyLimits.dataFrameBytesMax));
        stream.credit -= length;
        credit -= length;
        transport.cork();
        transport.write(encodeDataHead(stream.id, length, false));
        transport.write(bytes.subarray(at, at + length));
        transport.uncork();
        at += length;
      }
    },
    heed: () => {
      isHeeded = true;
    },
    grant: (bytes) => {
      credit += bytes;
      if (credit > creditMax) throw new SpdyViolation("the session's window overflows");
    },
    wake: () => {
      const all = [...waiting];
      waiting.clear();
      for (const resolve of all) resolve();
    },
  };
}
