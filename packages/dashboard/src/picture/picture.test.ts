import assert from "node:assert/strict";
import { test } from "node:test";
import type { FeedMessage, FeedObject } from "@kubus/shared/feed/messages.ts";
import type { ActorReport } from "@kubus/shared/machine/registry.ts";
import { boardsOf, waitingPods } from "./boards.ts";
import { applyMessage, chooseWhere, emptyPicture, eventsByTime, pictureLimits } from "./picture.ts";

const object = (kind: FeedObject["kind"], name: string, more: object = {}): FeedObject =>
  ({
    kind,
    object: {
      kind,
      apiVersion: "v1",
      metadata: { name, uid: name, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
      ...more,
    },
  }) as unknown as FeedObject;

const node = (name: string, status: "True" | "Unknown", annotations: object = {}): FeedObject => {
  const { kind, object: plain } = object("Node", name, {
    spec: {},
    status: {
      capacity: { cpu: "500m", memory: "512Mi" },
      conditions: [{ type: "Ready", status, reason: "BoardUnreachable" }],
    },
  });
  return { kind, object: { ...plain, metadata: { ...plain.metadata, annotations } } } as FeedObject;
};

const pod = (name: string, nodeName?: string): FeedObject =>
  object("Pod", name, { spec: { containers: [], ...(nodeName === undefined ? {} : { nodeName }) } });

const snapshot = (...objects: FeedObject[]): FeedMessage => ({
  type: "snapshot",
  now: 5_000,
  objects,
  canPullCables: true,
});

function aPicture(...messages: FeedMessage[]) {
  const picture = emptyPicture();
  const areas = messages.map((message) => applyMessage(picture, message, 1_000));
  return { picture, areas, hear: (message: FeedMessage) => applyMessage(picture, message, 1_000) };
}

test("is replaced by a snapshot, and changed by what follows", () => {
  const { picture, hear } = aPicture(snapshot(node("board-9", "True"), pod("old", "board-9")));
  assert.equal(picture.clockOffsetMs, 4_000);
  hear(snapshot(node("board-1", "True")));
  assert.deepEqual([...picture.nodes.keys()], ["board-1"]);
  assert.equal(picture.pods.size, 0);
  assert.deepEqual(hear({ type: "object", change: "ADDED", object: pod("web", "board-1") }), ["boards"]);
  assert.equal(picture.pods.size, 1);
  hear({ type: "object", change: "DELETED", object: pod("web", "board-1") });
  assert.equal(picture.pods.size, 0);
});

test("shows servers first, boards by number, boards that never joined, and pods without a board apart", () => {
  const { picture } = aPicture(
    snapshot(node("board-10", "True"), node("board-9", "Unknown"), pod("lost", "board-9"), pod("new")),
  );
  applyMessage(picture, { type: "cables", cables: { "board-11": "pulled", "server-1": "plugged" } }, 0);
  assert.deepEqual(
    boardsOf(picture).map(({ name, role, ready, status, cable, pods }) => [
      name,
      role,
      ready,
      status,
      cable,
      pods.length,
    ]),
    [
      ["server-1", "server", "unknown", "control plane", "plugged", 0],
      ["board-9", "board", "no", "BoardUnreachable", undefined, 1],
      ["board-10", "board", "yes", "Ready", undefined, 0],
      ["board-11", "board", "unknown", "not joined", "pulled", 0],
    ],
  );
  assert.deepEqual(
    waitingPods(picture).map(({ name }) => name),
    ["new"],
  );
});

test("shows only figures that the board has, and which of them alarm", () => {
  const annotations = {
    "kubus.io/temperature-celsius": "81.2",
    "kubus.io/under-voltage": "true",
    "kubus.io/throttled": "false",
  };
  const { picture } = aPicture(snapshot(node("board-1", "True", annotations)));
  const [board] = boardsOf(picture);
  assert.equal(board?.model, "0.5 cores · 512 MiB");
  assert.deepEqual(
    board.figures.map(({ name, text, isAlarming }) => [name, text, isAlarming]),
    [
      ["temperature", "81 °C", true],
      ["under-voltage", "now", true],
    ],
  );
});

test("forgets the oldest events beyond the limit", () => {
  const { picture, hear } = aPicture();
  for (let i = 0; i < pictureLimits.eventsMax + 10; i += 1) {
    const lastTimestamp = new Date(i * 1_000).toISOString();
    hear({
      type: "object",
      change: "ADDED",
      object: object("Event", `event-${i}`, { involvedObject: {}, lastTimestamp }),
    });
  }
  assert.equal(picture.events.size, pictureLimits.eventsMax);
  assert.equal(eventsByTime(picture.events.values()).at(-1)?.metadata.name, "event-10");
});

const report = (id: string, state: string, since = 0): ActorReport => ({
  id,
  machine: "key",
  state,
  since,
  status: "active",
  timers: [],
});

test("keeps the last transitions of each actor, and only of the process that is looked at", () => {
  const { picture, hear } = aPicture();
  const where = "server";
  hear({ type: "actors", where, actors: [report("a", "idle")] });
  for (let i = 1; i <= 20; i += 1) {
    hear({
      type: "actor",
      where,
      report: report("a", i % 2 === 0 ? "idle" : "busy", i),
      event: "turned",
      ended: false,
    });
    hear({
      type: "actor",
      where,
      report: report("a", i % 2 === 0 ? "idle" : "busy", i),
      event: "timer",
      ended: false,
    });
  }
  const history = picture.actors.get("a")?.history ?? [];
  assert.equal(history.length, pictureLimits.historyMax);
  assert.deepEqual(history[0], { from: "busy", to: "idle", event: "turned", at: 20 });
  assert.deepEqual(hear({ type: "actor", where: "board-1", report: report("b", "idle"), ended: false }), []);
  chooseWhere(picture, "board-1");
  assert.equal(picture.actors.size, 0);
});

test("keeps a bounded number of actors that ended", () => {
  const { picture, hear } = aPicture();
  for (let i = 0; i < pictureLimits.endedActorsMax + 20; i += 1) {
    hear({ type: "actor", where: "server", report: report(`a${i}`, "idle"), ended: true });
  }
  assert.equal(picture.actors.size, pictureLimits.endedActorsMax);
  assert.ok(picture.actors.has(`a${pictureLimits.endedActorsMax + 19}`));
});
