/** Agrees on a protocol as Kubernetes does over SPDY, by `X-Stream-Protocol-Version`, and begins the session. */
import type { Duplex } from "node:stream";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { relayCommand } from "../../api/streams/relay-command.ts";
import type { CommandSession, StreamSession } from "../../api/streams/session.ts";
import { text } from "../../api/respond.ts";
import { headText, writeAnswer } from "../http/write-answer.ts";
import type { Upgrading } from "../websocket/upgrade.ts";
import {
  collectStreams,
  expectedStreams,
  spdyCommandClient,
  spdyCommandProtocols,
} from "./command-client.ts";
import { forwardStreams, spdyForwardProtocol } from "./forward.ts";
import { SpdySession } from "./session.ts";

const versionHeader = "x-stream-protocol-version";

/** Resolves when the session has begun, or the client was told that it cannot. */
export async function upgradeToSpdy(
  { incoming, socket, head }: Upgrading,
  session: StreamSession,
  clock: Clock,
): Promise<void> {
  const known = session.type === "command" ? spdyCommandProtocols : [spdyForwardProtocol];
  const offered = (incoming.headers[versionHeader] ?? "").toString().split(/\s*,\s*/);
  const protocol = offered[0] === "" ? known.at(-1) : known.find((name) => offered.includes(name));
  if (protocol === undefined) {
    const message = `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(" ")}], server accepts [${known.join(" ")}]\n`;
    await writeAnswer(socket, text(403, message, { "x-accepted-stream-protocol-versions": known }));
    return;
  }
  const agreed = { "X-Stream-Protocol-Version": protocol };
  socket.write(headText(101, { Connection: "Upgrade", Upgrade: "SPDY/3.1", ...agreed }));
  if (head.length > 0) socket.unshift(head);
  if (session.type === "command") void serveCommand({ transport: socket, protocol, clock }, session);
  else new SpdySession({ role: "server", transport: socket, clock, accept: forwardStreams(session, clock) });
}

async function serveCommand(
  { transport, protocol, clock }: { transport: Duplex; protocol: string; clock: Clock },
  session: CommandSession,
): Promise<void> {
  const { accept, collected } = collectStreams(expectedStreams(session.streams, protocol), clock);
  const spdy = new SpdySession({ role: "server", transport, clock, accept });
  try {
    const gone = spdy.closed.then(() => Promise.reject(new Error("the client left")));
    const streams = await Promise.race([collected, gone]);
    await relayCommand(spdyCommandClient(spdy, streams, protocol), session);
  } catch {
    // Streams are missing, so there is none to tell it on.
    await spdy.goodbye();
  }
}
