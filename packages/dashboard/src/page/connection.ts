/** The page's line to its server, on the browser's WebSocket. */
import type { FeedMessage, FeedRequest } from "@kubus/shared/feed/messages.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { browserClock } from "./browser-clock.ts";
import { connectionMachine } from "./connection.machine.ts";

export interface Connection {
  /** Dropped while there is no connection: whoever asks, asks again when `onState` says "open". */
  ask(request: FeedRequest): void;
}

export interface ConnectionListener {
  readonly onMessage: (message: FeedMessage) => void;
  readonly onState: (state: "open" | "away") => void;
}

export function connect({ onMessage, onState }: ConnectionListener): Connection {
  let socket: WebSocket | undefined;
  const converse = fill<string, undefined>(
    (_, signal) =>
      new Promise((resolve) => {
        const made = new WebSocket(`ws://${location.host}/feed${location.search}`);
        socket = made;
        made.onopen = () => actor.send({ type: "socket.opened" });
        made.onmessage = ({ data }: MessageEvent<string>) => onMessage(JSON.parse(data) as FeedMessage);
        made.onclose = ({ reason }) => resolve(reason);
        signal.addEventListener("abort", () => made.close());
      }),
  );
  const machine = connectionMachine.provide({
    actors: { converse },
    actions: {
      show: () => queueMicrotask(() => onState(actor.getSnapshot().value === "away" ? "away" : "open")),
    },
  });
  const actor = startActor(machine, {
    id: "page",
    input: undefined,
    clock: browserClock,
    onError: reportError,
  });
  addEventListener("online", () => actor.send({ type: "network.returned" }));
  return {
    ask: (request) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
    },
  };
}
