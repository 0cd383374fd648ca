/**
 * A cable without root: a relay between one machine and the bus that can be pulled or cut silently. A server's API and
 * a board's datagrams pass through it too.
 */
import type { CableState } from "@kubus/shared/feed/messages.ts";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { relayDatagrams, type DatagramEnds } from "./datagrams.ts";

export interface Cable {
  /** Where the machine reaches the bus. */
  readonly port: number;
  /** Where others reach a server's API. */
  readonly apiPort?: number;
  /** Where a board sends its datagrams to. */
  readonly datagramPort?: number;
  isPlugged(): boolean;
  /** Pulled: connections end and none begins. Silent: they stay and nothing passes. Datagrams are lost in both. */
  set(state: CableState): void;
  close(): Promise<void>;
}

interface Target {
  readonly host: string;
  readonly port: number;
}

export interface CableEnds {
  readonly bus: Target;
  /** Of a server. */
  readonly api?: Target;
  /** Of a board. */
  readonly datagrams?: DatagramEnds;
}

export async function layCable({ bus, api, datagrams }: CableEnds): Promise<Cable> {
  const [stream, door, relay] = await Promise.all([
    relayStreams(bus),
    api === undefined ? undefined : relayStreams(api),
    datagrams === undefined ? undefined : relayDatagrams(datagrams),
  ]);
  let state: CableState = "plugged";
  return {
    port: stream.port,
    ...(door === undefined ? {} : { apiPort: door.port }),
    ...(relay === undefined ? {} : { datagramPort: relay.port }),
    isPlugged: () => state === "plugged",
    set: (next) => {
      state = next;
      stream.set(next);
      door?.set(next);
      relay?.set(next);
    },
    close: async () => {
      relay?.close();
      await Promise.all([stream.close(), door?.close()]);
    },
  };
}

async function relayStreams(target: Target): Promise<Pick<Cable, "port" | "set" | "close">> {
  const sockets = new Set<Socket>();
  let state: CableState = "plugged";
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true).once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const pass = (from: Socket, to: Socket) => {
    from.on("data", (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on("drain", () => {
      if (state === "plugged") from.resume();
    });
    from.once("close", () => to.destroy());
  };
  const server = createServer((near) => {
    keep(near);
    if (state === "pulled") return near.destroy();
    const far = connect(target);
    keep(far);
    pass(near, far);
    pass(far, near);
    if (state === "silent") [near, far].forEach((socket) => socket.pause());
    return undefined;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    set: (next) => {
      state = next;
      if (next === "pulled") sockets.forEach((socket) => socket.destroy());
      if (next === "silent") sockets.forEach((socket) => socket.pause());
      if (next === "plugged") sockets.forEach((socket) => socket.resume());
    },
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
