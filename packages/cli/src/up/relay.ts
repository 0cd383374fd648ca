/**
 * The API's address on this machine: every connection goes to a living server.
 *
 * Bytes are passed on as they are (TLS ends at the server). The server that answered last is tried first; one that
 * does not accept in time is passed over.
 */
import { createServer, connect, type Server, type Socket } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Complaint } from "../command/command.ts";

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/** A server behind a pulled cable never answers: the next one is asked after this. */
export const relayLimits = { connectMs: 1_000 } as const;

/** Rejects with `Complaint` when the port is taken. `targets` is asked for each connection. */
export async function startRelay(options: {
  readonly host: string;
  readonly port: number;
  readonly flag: string;
  readonly targets: () => readonly Target[];
}): Promise<Relay> {
  const sockets = new Set<Socket>();
  let favourite = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    keep(client);
    client.on("error", () => client.destroy());
    const targets = options.targets();
    const order = targets.map((_, i) => (favourite + i) % targets.length);
    const tryNext = (rest: readonly number[]) => {
      const [index, ...others] = rest;
      const target = index === undefined ? undefined : targets[index];
      if (target === undefined || client.destroyed) return client.destroy();
      const upstream = connect({ ...target, allowHalfOpen: true, timeout: relayLimits.connectMs });
      keep(upstream);
      const giveUp = () => {
        upstream.destroy();
        tryNext(others);
      };
      upstream.once("error", giveUp).once("timeout", giveUp);
      upstream.once("connect", () => {
        favourite = index ?? 0;
        upstream.setTimeout(0).off("error", giveUp).off("timeout", giveUp);
        join(client, upstream);
      });
      return undefined;
    };
    tryNext(order);
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function join(client: Socket, upstream: Socket): void {
  for (const socket of [client, upstream]) {
    socket.setNoDelay(true).setKeepAlive(true, 5_000);
    socket.on("error", () => {
      client.destroy();
      upstream.destroy();
    });
  }
  client.pipe(upstream);
  upstream.pipe(client);
  client.once("close", () => upstream.destroy());
  upstream.once("close", () => client.destroy());
}

async function listen(
  server: Server,
  { host, port, flag }: { readonly host: string; readonly port: number; readonly flag: string },
): Promise<void> {
  server.listen(port, host);
  await once(server, "listening").catch((cause: unknown) => {
    throw portComplaint(cause, port, flag);
  });
}

/** What a port in use means to the user. */
export function portComplaint(cause: unknown, port: number, flag: string): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return new Complaint(
      `Port ${port} is in use by another program. Choose another one with --${flag} (0: any free one), ` +
        `or see who has it: ss -ltnp 'sport = :${port}'`,
      { cause },
    );
  if (code === "EACCES")
    return new Complaint(`Port ${port} needs root: choose one above 1023 with --${flag}.`, { cause });
  return cause;
}
