/**
 * Serves one open page: passes the feed on, adds the virtual cables, and carries out what its buttons ask for.
 *
 * Only cables can be changed from here, and only where there are some; everything else is read.
 */
import type { FeedMessage, FeedRequest } from "@kubus/shared/feed/messages.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { linkMachine } from "./link.machine.ts";
import type { Cables, FeedConnection, FeedSource, PageSocket } from "./ports.ts";

export interface RelayOptions {
  readonly id: string;
  readonly source: FeedSource;
  readonly cables?: Cables;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry?: ActorRegistry;
}

/** Serves `page` until it closes. */
export function relay(page: PageSocket, { id, source, cables, clock, log, registry }: RelayOptions): void {
  let watched: string | undefined;
  const send = pacedSend(page, () => connection());
  const tell = (message: FeedMessage) => send(JSON.stringify(message));
  const connection = (): FeedConnection | undefined => actor.getSnapshot().context.connection;

  const machine = linkMachine.provide({
    actors: {
      connect: fill((_, signal) => source.connect((text) => passOn(text, send, cables), signal)),
      awaitEnd: fill(({ connection: open }) => open?.closed ?? Promise.resolve("never open")),
    },
    actions: {
      tellConnected: ({ context }) => {
        tell({ type: "link", state: "connected" });
        if (watched !== undefined) context.connection?.send(watched);
      },
      tellDisconnected: () => tell({ type: "link", state: "disconnected" }),
    },
  });
  const seen = registry === undefined ? {} : { registry };
  const onError = (error: unknown) => log.error("dashboard.page.broken", { page: id, error: String(error) });
  const actor = startActor(machine, { id, input: undefined, clock, ...seen, onError });

  page.onMessage((text) => {
    const request = parseRequest(text);
    if (request?.type === "watchActors") {
      watched = JSON.stringify(request);
      if (actor.getSnapshot().matches("connected")) connection()?.send(watched);
    } else if (request?.type === "cable") {
      moveCable(request, cables).catch((error: unknown) =>
        tell({ type: "problem", message: wordsOf(error) }),
      );
    } else {
      tell({ type: "problem", message: "That is no request of the dashboard." });
    }
  });
  const stopListening = cables?.onChange(() => tellCables(send, cables));
  page.onClose(() => {
    stopListening?.();
    actor.send({ type: "page.closed" });
  });
}

type Send = (text: string) => void;

export const relayLimits = {
  /** With more than this under way to a page, the feed is not read until it is less. A large snapshot is 3 MB. */
  unsentCharsMax: 4 * 1024 * 1024,
} as const;

/** Sends to the page, and holds the feed while the page does not keep up. */
function pacedSend(page: PageSocket, connection: () => FeedConnection | undefined): Send {
  let unsent = 0;
  return (text) => {
    unsent += text.length;
    if (unsent > relayLimits.unsentCharsMax) connection()?.pause();
    page.send(text, () => {
      unsent -= text.length;
      if (unsent <= relayLimits.unsentCharsMax) connection()?.resume();
    });
  };
}

const snapshotMark = '{"type":"snapshot"';

/** Only a snapshot is touched: it says whether there are cables, and they follow it. */
function passOn(text: string, send: Send, cables: Cables | undefined): void {
  if (cables === undefined || !text.startsWith(snapshotMark)) {
    send(text);
    return;
  }
  const snapshot = JSON.parse(text) as Extract<FeedMessage, { type: "snapshot" }>;
  send(JSON.stringify({ ...snapshot, canPullCables: true }));
  tellCables(send, cables);
}

const tellCables = (send: Send, cables: Cables): void =>
  send(JSON.stringify({ type: "cables", cables: cables.state() } satisfies FeedMessage));

async function moveCable(
  request: Extract<FeedRequest, { type: "cable" }>,
  cables: Cables | undefined,
): Promise<void> {
  if (cables === undefined) throw new Error("There are no virtual cables here.");
  if (!Object.hasOwn(cables.state(), request.board))
    throw new Error(`There is no cable of "${request.board}".`);
  if (request.do === "pull") await cables.pull(request.board, request.silent === true);
  else await cables.plug(request.board);
}

/** What the page asks for, or undefined when it is no request. */
function parseRequest(text: string): FeedRequest | undefined {
  try {
    const request = JSON.parse(text) as Partial<Record<string, unknown>> | null;
    const isWatch = request?.type === "watchActors" && typeof request.where === "string";
    const isCable =
      request?.type === "cable" &&
      typeof request.board === "string" &&
      (request.do === "pull" || request.do === "plug");
    return isWatch || isCable ? (request as unknown as FeedRequest) : undefined;
  } catch {
    return undefined; // Not JSON, so no request.
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
