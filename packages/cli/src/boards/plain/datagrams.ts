/**
 * A board's datagrams without root: what its agent sends goes to all servers, what they send goes to its agent.
 *
 * The side that servers see is open as long as the agent's port is: where no agent listens, datagrams are refused, as
 * a board's kernel would. With the cable out of order it stays open and nothing passes.
 */
import type { CableState } from "@kubus/shared/feed/messages.ts";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const host = "127.0.0.1";

export interface DatagramEnds {
  /** Where the agent listens. */
  readonly agentPort: number;
  /** Where servers that can be reached listen. Asked for each datagram. */
  readonly servers: () => readonly { readonly host: string; readonly port: number }[];
}

export interface DatagramRelay {
  /** Where the agent sends to. */
  readonly port: number;
  set(state: CableState): void;
  close(): void;
}

export async function relayDatagrams({ agentPort, servers }: DatagramEnds): Promise<DatagramRelay> {
  let state: CableState = "plugged";
  let far: Socket | undefined;
  // Kept when it is closed for a while: servers go on asking there.
  let farPort = 0;
  const near = createSocket("udp4");
  const shut = () => {
    far?.close();
    far = undefined;
  };
  const refused = (error: NodeJS.ErrnoException | null) => {
    if (error?.code === "ECONNREFUSED" && state === "plugged") shut();
  };
  const opened = (): Socket => {
    if (far !== undefined) return far;
    const socket = createSocket("udp4").bind(farPort, host);
    socket.once("listening", () => (farPort = socket.address().port));
    socket.on("message", (bytes) => {
      if (state === "plugged") near.send(bytes, refused);
    });
    socket.on("error", () => {
      // Somebody else has the port by now. With the next datagram servers hear of another one.
      farPort = 0;
      if (far === socket) shut();
    });
    far = socket;
    return socket;
  };
  near.on("message", (bytes) => {
    if (state !== "plugged") return;
    for (const server of servers()) opened().send(bytes, server.port, server.host, () => undefined);
  });
  near.on("error", refused);
  near.bind(0, host);
  await once(near, "listening");
  // Only a connected socket is told that a port was refused.
  near.connect(agentPort, host);
  await once(near, "connect");
  await once(opened(), "listening");
  return {
    port: near.address().port,
    set: (next) => {
      state = next;
      opened();
    },
    close: () => {
      near.close();
      shut();
    },
  };
}
