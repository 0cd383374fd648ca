/**
 * The HTTPS door to the API: HTTP/1.1 over TLS, clients known by certificates of the cluster's own CA.
 *
 * It decides nothing: requests become `ApiRequest`s, answers are written as they come.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import type { Api } from "../../api/api.ts";
import { isStream } from "../../api/request.ts";
import { httpLimits } from "./limits.ts";
import { proxyRequest } from "./proxy.ts";
import { bodyOf, requestOf } from "./request.ts";
import { respond } from "./response.ts";
import { upgradesTo, type Upgrades } from "./upgrade.ts";

export interface HttpsOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  /** PEM: whose certificates prove who a client is. */
  readonly clientCa: string;
  /** Other parts' WebSockets by path; only for `system:masters`. */
  readonly upgrades?: Upgrades;
  readonly clock?: Clock;
  readonly log: Log;
}

export interface HttpsServer {
  readonly port: number;
  /** Ends watches and other streams cleanly, lets answers out, then stops: clients reconnect to another server. */
  close(): Promise<void>;
}

/** Rejects when the port is taken. */
export async function serveHttps(api: Api, options: HttpsOptions): Promise<HttpsServer> {
  const { host, port, certificate, key, clientCa, upgrades = {}, clock = systemClock, log } = options;
  /** Answers that have no end of their own: watches, logs that are followed. */
  const endless = new Set<ServerResponse>();
  const server = createServer(
    {
      cert: certificate,
      key,
      ca: clientCa,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1.2",
      maxHeaderSize: httpLimits.headersBytesMax,
      keepAlive: true,
      keepAliveInitialDelay: httpLimits.probeAfterMs,
    },
    (incoming, outgoing) => void serve(api, { incoming, outgoing, endless }),
  );
  server.maxConnections = httpLimits.connectionsMax;
  server.requestTimeout = httpLimits.requestMs;
  server.headersTimeout = httpLimits.headersMs;
  server.keepAliveTimeout = httpLimits.keepAliveMs;
  const upgrade = upgradesTo(api, upgrades, clock);
  const upgraded = new Set<{ destroy(): void }>();
  server.on("upgrade", (incoming: IncomingMessage, socket, head) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    void upgrade(incoming, socket, head);
  });
  server.on("tlsClientError", (error) => log.debug("https.handshakeFailed", { error: error.message }));
  await listening(server, { host, port });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), httpLimits.closeMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        for (const outgoing of endless) outgoing.end();
        server.closeIdleConnections();
        for (const socket of upgraded) socket.destroy();
      }),
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly endless: Set<ServerResponse>;
}

async function serve(api: Api, { incoming, outgoing, endless }: Exchange): Promise<void> {
  try {
    const proxied = await api.proxySession(requestOf(incoming, new Uint8Array()));
    if (proxied !== undefined) {
      await proxyRequest({ incoming, outgoing }, proxied);
      return;
    }
    const body = await bodyOf(incoming);
    const response = await api.handle(requestOf(incoming, body));
    if (isStream(response) && response.isWhole !== true) {
      endless.add(outgoing);
      outgoing.once("close", () => endless.delete(outgoing));
    }
    await respond(incoming, outgoing, response);
  } catch (error) {
    // The client went away, or its body is too large: if it is still there, it is told.
    if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
    else await respond(incoming, outgoing, api.refuse(error)).catch(() => outgoing.destroy());
  }
}

const listening = (
  server: Server,
  address: { readonly host: string; readonly port: number },
): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
