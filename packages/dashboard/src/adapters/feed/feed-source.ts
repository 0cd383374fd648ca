/**
 * The control planes' feed over WebSocket and TLS, with a client certificate. Several servers are tried in turn.
 *
 * A server that answers no ping for a while is gone, whatever TCP believes: cables are pulled here.
 */
import { WebSocket } from "ws";
import type { FeedConnection, FeedSource } from "../../server/ports.ts";

export interface FeedSourceOptions {
  /** Origins of the control planes' APIs: `https://10.0.0.1:6443`. Asked anew for each connection. */
  readonly servers: () => readonly string[];
  /** PEM texts. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** A server that is not heard for so long is gone. */
  readonly silenceMaxMs?: number;
}

const feedPath = "/kubus/v1/feed";

const limits = {
  handshakeMs: 3_000,
  silenceMaxMs: 3_000,
  messageBytesMax: 64 * 1024 * 1024,
};

export function feedSource(given: FeedSourceOptions): FeedSource {
  const { servers, ca, certificate, key, silenceMaxMs = limits.silenceMaxMs } = given;
  let tries = 0;
  return {
    connect: (onText, signal) => {
      const origins = servers();
      const origin = origins[tries % Math.max(1, origins.length)];
      tries += 1;
      if (origin === undefined) return Promise.reject(new Error("No control plane is known."));
      const url = `${origin.replace(/^http/, "ws")}${feedPath}`;
      const options = { ca, cert: certificate, key, handshakeTimeout: limits.handshakeMs };
      const socket = new WebSocket(url, { ...options, maxPayload: limits.messageBytesMax });
      return opened({ socket, silenceMaxMs, onText }, signal);
    },
  };
}

interface Line {
  readonly socket: WebSocket;
  readonly silenceMaxMs: number;
  readonly onText: (text: string) => void;
}

function opened({ socket, silenceMaxMs, onText }: Line, signal: AbortSignal): Promise<FeedConnection> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      socket.terminate();
      reject(new Error("Nobody waits for the feed any longer."));
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.on("error", reject); // After the opening it changes nothing: `close` follows.
    socket.on("message", (data) => onText((data as Buffer).toString("utf8")));
    socket.once("open", () => {
      signal.removeEventListener("abort", abort);
      resolve({
        send: (text) => socket.send(text),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        close: () => socket.close(),
        closed: ended(socket, silenceMaxMs),
      });
    });
  });
}

function ended(socket: WebSocket, silenceMaxMs: number): Promise<string> {
  return new Promise((resolve) => {
    let heardAt = performance.now();
    const hear = () => (heardAt = performance.now());
    socket.on("pong", hear);
    socket.on("message", hear);
    const watch = setInterval(() => {
      if (socket.isPaused) hear();
      else if (performance.now() - heardAt > silenceMaxMs) socket.terminate();
      else socket.ping();
    }, silenceMaxMs / 3);
    socket.once("close", (code) => {
      clearInterval(watch);
      resolve(`The feed ended (${code}).`);
    });
  });
}
