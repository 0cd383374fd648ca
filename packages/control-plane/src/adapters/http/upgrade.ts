/**
 * Connections that leave HTTP: exec by WebSocket, and whatever other parts plug in by path.
 *
 * Whoever is refused gets a proper HTTP answer; nothing is upgraded before it was authorized.
 */
import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Api } from "../../api/api.ts";
import { badRequest } from "../../api/refusals.ts";
import { isStream, type ApiResponse, type User } from "../../api/request.ts";
import { execProtocols, relayExec } from "../websocket/exec.ts";
import { bodyOf, requestOf } from "./request.ts";

/** Takes over an open WebSocket of somebody who may do everything. */
export type TakeOver = (socket: WebSocket, user: User) => void;

export type Upgrades = Readonly<Record<string, TakeOver>>;

export type Upgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;

export function upgradesTo(api: Api, upgrades: Upgrades): Upgrade {
  const exec = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols: chosenOf });
  const plain = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  return async (incoming, socket, head) => {
    socket.on("error", () => socket.destroy());
    try {
      const request = requestOf(incoming, new Uint8Array());
      if (incoming.headers.upgrade?.toLowerCase() !== "websocket") {
        await writeAnswer(socket, await api.handle({ ...request, body: await bodyOf(incoming) }));
        return;
      }
      const takeOver = upgrades[request.path];
      if (takeOver !== undefined) {
        const user = await api.userOf(request);
        api.authorizePath(user, request.path);
        plain.handleUpgrade(incoming, socket, head, (opened) => takeOver(opened, user));
        return;
      }
      const session = await api.execSession(request);
      if (chosenOf(offeredBy(incoming)) === false)
        throw badRequest(`exec speaks ${execProtocols.join(" or ")}; the client offered none of them`);
      exec.handleUpgrade(incoming, socket, head, (opened) => void relayExec(opened, session));
    } catch (error) {
      await writeAnswer(socket, api.refuse(error));
    }
  };
}

const offeredBy = ({ headers }: IncomingMessage): ReadonlySet<string> =>
  new Set((headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim()));

const chosenOf = (offered: ReadonlySet<string>): string | false =>
  execProtocols.find((name) => offered.has(name)) ?? false;

/** There is no ServerResponse on an upgraded connection: the answer is written by hand and ends it. */
function writeAnswer(socket: Duplex, response: ApiResponse): Promise<void> {
  if (isStream(response)) {
    socket.destroy();
    return Promise.resolve();
  }
  const { status, headers, body } = response;
  const lines = Object.entries({
    ...headers,
    connection: "close",
    "content-length": String(body.length),
  }).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  return new Promise((resolve) => {
    socket.write([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", ""].join("\r\n"));
    socket.end(body, resolve);
  });
}
