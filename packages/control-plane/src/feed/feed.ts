/**
 * The live picture: what a dashboard is told over one WebSocket, first a snapshot, then changes.
 *
 * Plain data in both directions, a JSON message each (`@kubus/shared/feed/messages.ts`). It only reads: whoever may
 * connect is decided before, and nothing here can change the cluster.
 */
import type { Channels } from "@kubus/shared/bus/channel.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Cache } from "../cache/cache.ts";
import { changeOf, type ShownKinds } from "./picture.ts";
import { openSession } from "./session.ts";

/** One open WebSocket, as far as the feed cares. */
export interface FeedSocket {
  send(text: string): void;
  /** Bytes that were sent and have not left yet. */
  bufferedAmount(): number;
  onMessage(listener: (text: string) => void): void;
  /** Called once, however the connection ended. */
  onClose(listener: () => void): void;
  close(): void;
}

export interface FeedOptions {
  readonly cache: Cache;
  readonly kinds: ShownKinds;
  readonly registry: ActorRegistry;
  /** The way to the boards, for their actors. */
  readonly channels: Channels;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Feed {
  /** Serves one dashboard until its connection ends. */
  connect(socket: FeedSocket): void;
  /** Ends all sessions. */
  close(): void;
}

export const feedLimits = {
  /** Dashboards that are served at once by one control plane. */
  sessionsMax: 100,
} as const;

export function makeFeed(options: FeedOptions): Feed {
  const { cache, kinds, log } = options;
  const sessions = new Set<{
    readonly socket: FeedSocket;
    readonly session: ReturnType<typeof openSession>;
  }>();
  let opened = 0;

  const subscription = cache.onEvent((event) => {
    if (sessions.size === 0) return;
    const change = changeOf(event, kinds);
    if (change === undefined) return;
    for (const { session } of sessions) session.tell(change.key, change.message);
  });

  return {
    connect: (socket) => {
      if (sessions.size >= feedLimits.sessionsMax) {
        log.warn("feed.full", { sessions: sessions.size });
        socket.close();
        return;
      }
      opened += 1;
      const entry = { socket, session: openSession(socket, { ...options, id: `feed-session ${opened}` }) };
      sessions.add(entry);
      socket.onClose(() => {
        sessions.delete(entry);
        entry.session.end();
      });
    },
    close: () => {
      subscription.unsubscribe();
      for (const { socket } of [...sessions]) socket.close();
    },
  };
}
