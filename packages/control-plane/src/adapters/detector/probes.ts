/**
 * Probes by UDP, each from a connected socket, because only such a socket is told that a port was refused.
 *
 * A board that is asked on its agent's port answers with a beat. A port where nobody listens is refused by the board's
 * kernel: proof that the board lives although its agent does not. On loopback only the agent's own port can prove that.
 */
import { createSocket, type Socket } from "node:dgram";
import type { BoardPlace } from "./messages.ts";

/** A port that is closed on every board: tcpmux was never served by UDP. */
const closedPort = 1;

/** Behind such an address is our own kernel: that it answers says nothing about a board. */
const isLoopback = (address: string) => address.startsWith("127.");

export interface ProbeEvents {
  readonly onAnswer: (bytes: Uint8Array) => void;
  readonly onRefused: () => void;
}

/** The sockets of one suspect board. */
export class BoardProbe {
  readonly #sockets: readonly Socket[];

  constructor({ address, udpPort }: BoardPlace, { onAnswer, onRefused }: ProbeEvents) {
    const ports = [...(udpPort === undefined ? [] : [udpPort]), ...(isLoopback(address) ? [] : [closedPort])];
    this.#sockets = ports.map((port) => {
      const socket = createSocket("udp4");
      socket.on("message", onAnswer);
      socket.on("error", (error: NodeJS.ErrnoException) => {
        // Other errors (no route, no answer to ARP) are what silence sounds like.
        if (error.code === "ECONNREFUSED") onRefused();
      });
      socket.connect(port, address);
      return socket;
    });
  }

  send(bytes: Uint8Array): void {
    for (const socket of this.#sockets) {
      try {
        socket.send(bytes, (error: NodeJS.ErrnoException | null) => {
          if (error?.code === "ECONNREFUSED") socket.emit("error", error);
        });
      } catch {
        // Not connected yet: the next probe is a few milliseconds away.
      }
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}
