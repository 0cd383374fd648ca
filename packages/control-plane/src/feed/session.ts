/**
 * Wires one dashboard's session: its outbox, its requests, and the machine that paces them.
 */
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { followActors, readLines, type ActorLine } from "@kubus/shared/feed/actor-lines.ts";
import type { FeedMessage, FeedRequest } from "@kubus/shared/feed/messages.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { FeedOptions, FeedSocket } from "./feed.ts";
import { makeOutbox, type Outbox } from "./outbox.ts";
import { snapshotOf } from "./picture.ts";
import { messageOf, ownActors, sessionMachine } from "./session.machine.ts";

export interface Session {
  /** A change of the picture; see `Outbox.put`. */
  tell(key: string, message: FeedMessage): void;
  end(): void;
}

type SessionOptions = FeedOptions & { readonly id: string };

const openTimeoutMs = 3_000;

export function openSession(socket: FeedSocket, options: SessionOptions): Session {
  const { cache, kinds, clock, registry, log, id } = options;
  const outbox: Outbox = makeOutbox({
    receiver: socket,
    onBehind: () => actor.send({ type: "receiver.fellBehind" }),
    refill: () => {
      tellSnapshot();
      // Whoever is watched is watched anew: charts and actors come again.
      if (!actor.getSnapshot().matches({ actors: "unwatched" })) {
        actor.send({ type: "actors.chosen", where: actor.getSnapshot().context.where });
      }
    },
  });
  const tellSnapshot = () => outbox.put("snapshot", snapshotOf(cache, kinds, clock.now()));
  const tellProblem = (message: string) => outbox.put("problem", { type: "problem", message });

  const machine = sessionMachine.provide({
    actors: {
      followServer: fill((_, signal) => untilAborted(signal, followOwn(options, outbox))),
      followNode: fill(({ where }, signal) => followNode(where, signal, { ...options, outbox })),
    },
    actions: {
      flush: () => outbox.flush(),
      tellProblem: ({ context: { where, problem } }) => tellProblem(`${where}: ${problem}`),
    },
    guards: { hasRoom: () => outbox.hasRoom() },
  });
  const onError = (error: unknown) =>
    log.error("feed.session.broken", { session: id, error: messageOf(error) });
  const actor = startActor(machine, { id, input: undefined, clock, registry, onError });

  socket.onMessage((text) => {
    const request = parseRequest(text);
    if (typeof request === "string") tellProblem(request);
    else actor.send({ type: "actors.chosen", where: request.where });
  });
  tellSnapshot();
  return { tell: (key, message) => outbox.put(key, message), end: () => actor.stop() };
}

type WatchActors = Extract<FeedRequest, { type: "watchActors" }>;

/** What the page asks for, or why it cannot be had. */
function parseRequest(text: string): WatchActors | string {
  try {
    const request = JSON.parse(text) as Partial<FeedRequest> | null;
    if (request?.type === "watchActors" && typeof request.where === "string") return request as WatchActors;
    if (request?.type === "cable") return "This control plane has no virtual cables.";
  } catch {
    // Not JSON: answered below like everything else that is no request.
  }
  return "That is no request of the feed.";
}

const followOwn = ({ registry }: SessionOptions, outbox: Outbox) =>
  followActors(registry, (line) => putLine(outbox, ownActors, line));

/** Resolves when the board ended the channel, rejects when it cannot be opened or broke. */
async function followNode(
  where: string,
  signal: AbortSignal,
  { channels, outbox }: SessionOptions & { readonly outbox: Outbox },
): Promise<"ended"> {
  const channel = await channels.open({
    subject: subjectOf("actors", where),
    prefix: subjectOf("channel", where),
    opening: new Uint8Array(),
    timeoutMs: openTimeoutMs,
    signal,
  });
  const stop = () => channel.reset("nobody looks any longer");
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const line of readLines(channel.incoming)) {
      if (signal.aborted) break;
      putLine(outbox, where, line);
    }
    return "ended";
  } finally {
    signal.removeEventListener("abort", stop);
    channel.reset("done");
  }
}

/** Actors of one process share nothing with those of another, even when their names are equal. */
function putLine(outbox: Outbox, where: string, line: ActorLine): void {
  if (line.type === "charts") {
    const ids = line.charts.map(({ id }) => id).join(" ");
    outbox.put(`charts ${where} ${ids}`, { ...line, where });
  } else if (line.type === "actors") {
    outbox.put(`actors ${where}`, { ...line, where });
  } else {
    const { report } = line;
    const message = { type: "actor", where, report, ended: line.type === "ended" } as const;
    outbox.put(
      `actor ${where} ${report.id}`,
      line.type === "changed" ? { ...message, event: line.event } : message,
    );
  }
}

/** Settles only when the signal is aborted; then calls `stop`. */
const untilAborted = (signal: AbortSignal, stop: () => void): Promise<"ended"> =>
  new Promise((resolve) => {
    const end = () => {
      stop();
      resolve("ended");
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
