/**
 * A container's output for those who are attached, beside its log.
 *
 * INVARIANT: what waits for one client is bounded, and no client holds the program up for longer than it takes nothing:
 * a slow one is waited for, one that stands still is let go.
 */
import type { Clock } from "@kubus/shared/time/clock.ts";
import { byteQueue, type ByteQueue } from "../../ports/byte-queue.ts";
import type { LogStream } from "../cri-log/cri-log.ts";

export const teeLimits = {
  /** What may wait for one client before the program does. */
  waitingBytesMax: 256 * 1024,
  /** A client that takes nothing for so long while the program waits is let go. */
  standstillMs: 10_000,
} as const;

export interface Tee {
  /** Bytes that the caller will use again. False: somebody is full; there is a call of `onRoom` to come. */
  push(stream: LogStream, bytes: Uint8Array): boolean;
  join(): Joined;
  /** There is no more output. */
  end(): void;
}

export interface Joined {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when there is no more output for this client. */
  readonly over: Promise<"ended" | "left" | "standstill">;
  leave(): void;
}

interface Client {
  readonly queues: Readonly<Record<LogStream, ByteQueue>>;
  readonly over: PromiseWithResolvers<"ended" | "left" | "standstill">;
  waiting: number;
  timer: unknown;
}

export function makeTee({ clock, onRoom }: { readonly clock: Clock; readonly onRoom: () => void }): Tee {
  const clients = new Set<Client>();
  const isFull = ({ waiting }: Client) => waiting >= teeLimits.waitingBytesMax;
  const hasRoom = () => ![...clients].some(isFull);

  const letGo = (client: Client, why: "ended" | "left" | "standstill") => {
    if (!clients.delete(client)) return;
    clock.clearTimeout(client.timer);
    for (const queue of Object.values(client.queues)) queue.end();
    client.over.resolve(why);
    if (isFull(client) && hasRoom()) onRoom();
  };
  const watch = (client: Client) => {
    clock.clearTimeout(client.timer);
    if (clients.has(client) && isFull(client))
      client.timer = clock.setTimeout(() => letGo(client, "standstill"), teeLimits.standstillMs);
  };
  const give = (client: Client, stream: LogStream, bytes: Uint8Array) => {
    client.waiting += bytes.length;
    watch(client);
    void client.queues[stream].push(bytes).then(() => {
      const wasFull = isFull(client);
      client.waiting -= bytes.length;
      watch(client);
      if (clients.has(client) && wasFull && !isFull(client) && hasRoom()) onRoom();
    });
  };
  return {
    push: (stream, bytes) => {
      if (clients.size === 0 || bytes.length === 0) return true;
      // Not `slice`: of a Buffer that is a view.
      const copy = new Uint8Array(bytes);
      for (const client of clients) give(client, stream, copy);
      return hasRoom();
    },
    join: () => {
      const queues = { stdout: byteQueue(), stderr: byteQueue() };
      const client: Client = { queues, over: Promise.withResolvers(), waiting: 0, timer: undefined };
      clients.add(client);
      return { ...queues, over: client.over.promise, leave: () => letGo(client, "left") };
    },
    end: () => {
      for (const client of [...clients]) letGo(client, "ended");
    },
  };
}
