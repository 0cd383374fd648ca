/** Two ends of one SPDY session in memory. For tests. */
import { Duplex } from "node:stream";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { SpdySession, type SpdyOptions } from "../session.ts";
import type { SpdyStream } from "../stream.ts";

/** Two transports: what one writes the other reads, in pieces of its choice, no more than `bytesMax` at once. */
export function transports(cut: (chunk: Buffer) => readonly Buffer[] = (chunk) => [chunk]) {
  const make = () => {
    const pending: { readonly done: () => void }[] = [];
    const end: { peer: Duplex | undefined; isRead: boolean } = { peer: undefined, isRead: true };
    const duplex = new Duplex({
      allowHalfOpen: true,
      read: () => pending.splice(0).forEach(({ done }) => done()),
      write: (chunk: Buffer, _, done) => {
        const pieces = cut(chunk).map((piece) => end.peer?.push(piece));
        if (pieces.includes(false)) waits.get(end.peer)?.push({ done });
        else done();
      },
      final: (done) => {
        end.peer?.push(null);
        done();
      },
      destroy: (error, done) => {
        end.peer?.push(null);
        pending.splice(0).forEach((one) => one.done());
        done(error);
      },
    });
    waits.set(duplex, pending);
    return { duplex, end };
  };
  const waits = new Map<Duplex | undefined, { readonly done: () => void }[]>();
  const [one, other] = [make(), make()];
  one.end.peer = other.duplex;
  other.end.peer = one.duplex;
  return [one.duplex, other.duplex] as const;
}

const alive = new Set<SpdySession>();

/** A session that ends with the test file at the latest. */
export function aSession(options: SpdyOptions): SpdySession {
  const session = new SpdySession(options);
  alive.add(session);
  return session;
}

export const endSessions = (): void => alive.forEach((session) => session.destroy());

export function loopback(
  accept: SpdyOptions["accept"],
  cut?: (chunk: Buffer) => readonly Buffer[],
): { readonly client: SpdySession; readonly server: SpdySession } {
  const [near, far] = transports(cut);
  const clock = systemClock;
  const options = accept === undefined ? {} : { accept };
  return {
    server: aSession({ role: "server", transport: far, clock, ...options }),
    client: aSession({ role: "client", transport: near, clock }),
  };
}

export async function readAll(stream: SpdyStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
