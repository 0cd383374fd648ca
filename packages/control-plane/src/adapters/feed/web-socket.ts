/**
 * A WebSocket of the `ws` package as the feed sees it. Text only; a receiver that errs is closed, and no more.
 */
import type { WebSocket } from "ws";
import type { FeedSocket } from "../../feed/feed.ts";

export function feedSocketOn(socket: WebSocket): FeedSocket {
  // `close` follows an error; without a listener the error would end the process.
  socket.on("error", () => socket.terminate());
  return {
    send: (text) => socket.send(text),
    bufferedAmount: () => socket.bufferedAmount,
    onMessage: (listener) => {
      socket.on("message", (data, isBinary) => {
        if (!isBinary) listener((data as Buffer).toString("utf8"));
      });
    },
    onClose: (listener) => {
      socket.once("close", () => listener());
    },
    close: () => socket.close(1001),
  };
}
