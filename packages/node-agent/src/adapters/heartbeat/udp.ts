/** UDP for beats. A datagram that cannot be sent is lost, as on any network: the next one follows. */
import { createSocket } from "node:dgram";
import type { Datagrams } from "../../ports/heartbeat.ts";

/** Rejects when the port is taken. Port 0 means any free one; `port` tells which. */
export async function openDatagrams(options: {
  readonly host: string;
  readonly port: number;
}): Promise<Datagrams & { readonly port: number }> {
  const socket = createSocket({ type: "udp4", reuseAddr: false });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(options.port, options.host, () => {
      socket.off("error", reject);
      resolve();
    });
  });
  // Unreachable targets are reported here now and then. They are what the next beat is for.
  socket.on("error", () => undefined);
  return {
    port: socket.address().port,
    send: (bytes, { host, port }) => {
      socket.send(bytes, port, host, () => undefined);
    },
    onDatagram: (listener) => {
      socket.on("message", (bytes, { address, port }) => {
        listener(bytes, { host: address, port });
      });
    },
    close: () => {
      socket.close();
    },
  };
}
