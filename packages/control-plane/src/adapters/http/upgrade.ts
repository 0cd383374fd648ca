/**
 * Connections that leave HTTP: exec, attach and port-forward by WebSocket or SPDY, proxied upgrades, and whatever other
 * parts plug in by path.
 *
 * Whoever is refused gets a proper HTTP answer; nothing is upgraded before it was authorized.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Api } from "../../api/api.ts";
import type { User } from "../../api/request.ts";
import { upgradeToSpdy } from "../spdy/upgrade.ts";
import { webSocketUpgrader } from "../websocket/upgrade.ts";
import { proxyUpgrade } from "./proxy.ts";
import { bodyOf, requestOf } from "./request.ts";
import { writeAnswer } from "./write-answer.ts";

/** Takes over an open WebSocket of somebody who may do everything. */
export type TakeOver = (socket: WebSocket, user: User) => void;

export type Upgrades = Readonly<Record<string, TakeOver>>;

export type Upgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;

export function upgradesTo(api: Api, upgrades: Upgrades, clock: Clock): Upgrade {
  const plain = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const upgradeToWebSocket = webSocketUpgrader(clock);
  return async (incoming, socket, head) => {
    socket.on("error", () => socket.destroy());
    try {
      const request = requestOf(incoming, new Uint8Array());
      const protocol = incoming.headers.upgrade?.toLowerCase();
      const takeOver = protocol === "websocket" ? upgrades[request.path] : undefined;
      if (takeOver !== undefined) {
        const user = await api.userOf(request);
        api.authorizePath(user, request.path);
        plain.handleUpgrade(incoming, socket, head, (opened) => takeOver(opened, user));
        return;
      }
      const proxied = await api.proxySession(request);
      if (proxied !== undefined) {
        await proxyUpgrade({ incoming, socket, head }, proxied);
        return;
      }
      const isStream = protocol === "websocket" || protocol === "spdy/3.1";
      const session = isStream ? await api.streamSession(request) : undefined;
      if (session === undefined)
        await writeAnswer(socket, await api.handle({ ...request, body: await bodyOf(incoming) }));
      else if (protocol === "websocket") upgradeToWebSocket({ incoming, socket, head }, session);
      else await upgradeToSpdy({ incoming, socket, head }, session, clock);
    } catch (error) {
      await writeAnswer(socket, api.refuse(error));
    }
  };
}
