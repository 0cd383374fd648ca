import assert from "node:assert/strict";
import { test } from "node:test";
import type { Channel, Channels } from "@kubus/shared/bus/channel.ts";
import { encodeLine, followActors } from "@kubus/shared/feed/actor-lines.ts";
import type { FeedMessage } from "@kubus/shared/feed/messages.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { actorRegistry } from "@kubus/shared/machine/inspection.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Cache, CacheEvent } from "../cache/cache.ts";
import type { Kind } from "../kinds/kind.ts";
import { makeFeed, type FeedSocket } from "./feed.ts";
import { outboxLimits } from "./outbox.ts";
import { sessionMachine } from "./session.machine.ts";

const aKind = (kind: string) => ({ kind }) as Kind;
const kinds = { Node: aKind("Node"), Pod: aKind("Pod"), Event: aKind("Event") };
const secretKind = aKind("Secret");

const anObject = (kind: Kind, name: string, more: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: kind.kind,
  metadata: { name, uid: name, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
  ...more,
});

/** The two functions of the cache that a feed uses, over a plain list. */
function aCache() {
  const objects: KubeObject[] = [];
  const listeners = new Set<(event: CacheEvent) => void>();
  const cache = {
    list: (kind: Kind) => objects.filter((object) => object.kind === kind.kind),
    onEvent: (listener: (event: CacheEvent) => void) => {
      listeners.add(listener);
      return { unsubscribe: () => listeners.delete(listener) };
    },
  } as unknown as Cache;
  const change = (type: CacheEvent["type"], kind: Kind, object: KubeObject) => {
    for (const listener of listeners)
      listener({ type, kind, object, revision: 1, json: () => new Uint8Array() });
  };
  return { cache, objects, change };
}

function aSocket() {
  const sent: FeedMessage[] = [];
  let hear: (text: string) => void = () => undefined;
  let end: () => void = () => undefined;
  let buffered = 0;
  let closed = false;
  const socket: FeedSocket = {
    send: (text) => sent.push(JSON.parse(text) as FeedMessage),
    bufferedAmount: () => buffered,
    onMessage: (listener) => (hear = listener),
    onClose: (listener) => (end = listener),
    close: () => {
      closed = true;
      end();
    },
  };
  const types = () => sent.map(({ type }) => type);
  const isSlow = (slow: boolean) => (buffered = slow ? outboxLimits.bufferedBytesMax : 0);
  return {
    socket,
    sent,
    types,
    isSlow,
    ask: (request: unknown) => hear(typeof request === "string" ? request : JSON.stringify(request)),
    leave: () => end(),
    isClosed: () => closed,
  };
}

function aFeed(
  channels: Channels = {
    open: () => Promise.reject(new Trouble("noResponders", "No such board.")),
    accept: () => assert.fail(),
  },
) {
  const clock = simulatedClock();
  const registry = actorRegistry({ clock });
  const world = aCache();
  const feed = makeFeed({ cache: world.cache, kinds, registry, channels, clock, log: silentLog });
  const open = () => {
    const page = aSocket();
    feed.connect(page.socket);
    return page;
  };
  return { ...world, clock, registry, feed, open };
}

test("begins with a snapshot of nodes, pods and the newest events, then tells each change", () => {
  const { objects, change, open } = aFeed();
  objects.push(anObject(kinds.Node, "board-1"), anObject(kinds.Pod, "web"), anObject(secretKind, "password"));
  for (let i = 0; i < 250; i += 1) {
    objects.push(
      anObject(kinds.Event, `event-${i}`, {
        lastTimestamp: `2026-01-01T00:${String(i % 60).padStart(2, "0")}:00Z`,
      }),
    );
  }
  const { sent } = open();
  const [snapshot] = sent;
  assert.equal(snapshot?.type, "snapshot");
  const kindsSeen = Object.groupBy(snapshot.objects, ({ kind }) => kind);
  assert.deepEqual(
    Object.entries(kindsSeen).map(([kind, list]) => [kind, list.length]),
    [
      ["Node", 1],
      ["Pod", 1],
      ["Event", 200],
    ],
  );
  change("MODIFIED", kinds.Pod, anObject(kinds.Pod, "web"));
  change("ADDED", secretKind, anObject(secretKind, "token"));
  change("DELETED", kinds.Pod, anObject(kinds.Pod, "web"));
  assert.deepEqual(
    sent
      .slice(1)
      .map((message) =>
        message.type === "object" ? `${message.change} ${message.object.object.metadata.name}` : message.type,
      ),
    ["MODIFIED web", "DELETED web"],
  );
});

test("leaves out what nobody looks at", () => {
  const { objects, open } = aFeed();
  const pod = anObject(kinds.Pod, "web");
  objects.push({
    ...pod,
    metadata: {
      ...pod.metadata,
      managedFields: [{}],
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", mine: "1" },
    },
  });
  const text = JSON.stringify(open().sent);
  assert.ok(!text.includes("managedFields") && !text.includes("last-applied"));
  assert.ok(text.includes("mine"));
});

test("keeps a slow page on a bound, and tells it the newest once it has room", async () => {
  const { change, open, clock } = aFeed();
  const page = open();
  page.isSlow(true);
  for (let i = 0; i < 10; i += 1)
    change("MODIFIED", kinds.Pod, anObject(kinds.Pod, "web", { spec: { try: i } }));
  await clock.advance(500);
  assert.deepEqual(page.types(), ["snapshot"]);
  page.isSlow(false);
  await clock.advance(100);
  assert.deepEqual(page.types(), ["snapshot", "object"]);
  assert.match(JSON.stringify(page.sent.at(-1)), /"try":9/);
});

test("gives a new snapshot to a page that missed too much", async () => {
  const { change, open, clock } = aFeed();
  const page = open();
  page.isSlow(true);
  for (let i = 0; i <= outboxLimits.waitingMax; i += 1)
    change("ADDED", kinds.Pod, anObject(kinds.Pod, `web-${i}`));
  page.isSlow(false);
  await clock.advance(100);
  assert.deepEqual(page.types(), ["snapshot", "snapshot"]);
});

test("shows its own actors: charts, what lives, each change, until another place is chosen", async () => {
  const { open, registry, clock } = aFeed();
  const page = open();
  page.ask({ type: "watchActors", where: "server" });
  assert.deepEqual(page.types().slice(0, 3), ["snapshot", "charts", "actors"]);
  startActor(sessionMachine, { id: "other", input: undefined, clock, registry, onError: assert.ifError });
  assert.ok(page.sent.some((message) => message.type === "actor" && message.report.id === "other"));
  page.ask({ type: "watchActors", where: "board-1" });
  await settle();
  const before = page.sent.length;
  startActor(sessionMachine, { id: "later", input: undefined, clock, registry, onError: assert.ifError });
  assert.equal(page.sent.length, before);
});

test("shows a board's actors over its channel, and asks again when it breaks", async () => {
  const remote = actorRegistry({ clock: simulatedClock() });
  const opened: string[] = [];
  let channelsOpen = 0;
  let breakIt: () => void = () => undefined;
  const open = ({ subject }: { subject: string }): Promise<Channel> => {
    opened.push(subject);
    channelsOpen += 1;
    async function* incoming() {
      const lines: Uint8Array[] = [];
      followActors(remote, (line) => lines.push(encodeLine(line)))();
      yield* lines;
      await new Promise<void>(
        (_, reject) => (breakIt = () => reject(new Trouble("broken", "The board fell silent."))),
      );
    }
    const channel: Partial<Channel> = { incoming: incoming(), reset: () => (channelsOpen -= 1) };
    return Promise.resolve(channel as Channel);
  };
  const { open: openPage, clock, feed } = aFeed({ open, accept: () => assert.fail() });
  const page = openPage();
  page.ask({ type: "watchActors", where: "board-1" });
  await settle();
  assert.deepEqual(opened, ["kubus.node.board-1.actors"]);
  assert.deepEqual(page.types(), ["snapshot", "actors"]);
  breakIt();
  await settle();
  assert.deepEqual(page.sent.at(-1), { type: "problem", message: "board-1: The board fell silent." });
  await clock.advance(2_000);
  assert.equal(opened.length, 2);
  feed.close();
  await settle();
  assert.equal(channelsOpen, 0);
});

test("answers nonsense and cable requests with what is wrong, and goes on", () => {
  const { open } = aFeed();
  const page = open();
  for (const request of [
    "{",
    "null",
    "[]",
    { type: "watchActors" },
    { type: "cable", board: "board-1", do: "pull" },
  ])
    page.ask(request);
  assert.deepEqual(
    page.sent.slice(1).map((message) => (message.type === "problem" ? message.message : message.type)),
    [
      ...Array<string>(4).fill("That is no request of the feed."),
      "This control plane has no virtual cables.",
    ],
  );
});

test("forgets a session with its connection", () => {
  const { open, registry, change } = aFeed();
  const page = open();
  assert.equal(registry.list().length, 1);
  page.leave();
  assert.equal(registry.list().length, 0);
  change("ADDED", kinds.Pod, anObject(kinds.Pod, "web"));
  assert.deepEqual(page.types(), ["snapshot"]);
});
