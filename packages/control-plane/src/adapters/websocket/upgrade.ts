/** Opens the WebSocket of a session and gives it to whoever speaks the protocol that was agreed on. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer, type WebSocket } from "ws";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { badRequest } from "../../api/refusals.ts";
import { relayCommand } from "../../api/streams/relay-command.ts";
import type { StreamSession } from "../../api/streams/session.ts";
import { forwardStreams, spdyForwardProtocol } from "../spdy/forward.ts";
import { SpdySession } from "../spdy/session.ts";
import { commandProtocols, webSocketCommandClient } from "./command-client.ts";
import { forwardMessages, forwardProtocols } from "./forward.ts";

export interface Upgrading {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  /** What came right behind the request. */
  readonly head: Buffer;
}

/** Larger messages are no stream any more; clients send some ten kilobytes at once. */
const messageBytesMax = 4 * 1024 * 1024;

/** SPDY within WebSocket messages. The name is no token, so the package cannot agree on it by itself. */
const tunnelProtocol = `SPDY/3.1+${spdyForwardProtocol}`;

const serverFor = (protocols: readonly string[]): WebSocketServer =>
  new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: messageBytesMax,
    handleProtocols: (offered) => protocols.find((name) => offered.has(name)) ?? false,
  });

export function webSocketUpgrader(clock: Clock): (upgrading: Upgrading, session: StreamSession) => void {
  const servers = {
    command: serverFor(commandProtocols),
    forward: serverFor(forwardProtocols),
    tunnel: serverFor([]),
  };
  servers.tunnel.on("headers", (headers) => headers.push(`Sec-WebSocket-Protocol: ${tunnelProtocol}`));
  return ({ incoming, socket, head }, session) => {
    const offered = offeredBy(incoming);
    if (session.type === "command") {
      agree(offered, commandProtocols);
      servers.command.handleUpgrade(incoming, socket, head, (opened) => {
        void relayCommand(webSocketCommandClient(opened, session.streams), session);
      });
    } else if (offered.includes(tunnelProtocol)) {
      servers.tunnel.handleUpgrade(withoutProtocol(incoming), socket, head, (opened) =>
        serveTunnel(opened, session, clock),
      );
    } else {
      agree(offered, forwardProtocols);
      if (session.ports.length === 0) throw badRequest('query parameter "ports" is required');
      servers.forward.handleUpgrade(
        incoming,
        socket,
        head,
        (opened) => void forwardMessages(opened, session, clock),
      );
    }
  };
}

type Forward = Extract<StreamSession, { type: "forward" }>;

function serveTunnel(socket: WebSocket, session: Forward, clock: Clock): void {
  const transport = createWebSocketStream(socket);
  transport.on("error", () => transport.destroy());
  new SpdySession({ role: "server", transport, clock, accept: forwardStreams(session, clock) });
}

const offeredBy = ({ headers }: IncomingMessage): readonly string[] =>
  (headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

/** Whoever offers nothing takes the oldest; whoever offers only what is unknown is refused. */
function agree(offered: readonly string[], known: readonly string[]): void {
  if (offered.length > 0 && !offered.some((name) => known.includes(name)))
    throw badRequest(
      `the client offers the protocols ${offered.join(", ")}; the server speaks ${known.join(", ")}`,
    );
}

function withoutProtocol(incoming: IncomingMessage): IncomingMessage {
  const headers = { ...incoming.headers };
  delete headers["sec-websocket-protocol"];
  return Object.create(incoming, { headers: { value: headers } }) as IncomingMessage;
}
