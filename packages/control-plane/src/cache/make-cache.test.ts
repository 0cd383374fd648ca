import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, OwnerReference } from "@kubus/shared/api/meta.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { logTo, silentLog } from "@kubus/shared/log/log.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import type { Kind } from "../kinds/kind.ts";
import { formatKey } from "../store/key.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { Follower, Store } from "../store/store.ts";
import { cacheLimits, type CacheEvent, type CacheIndex } from "./cache.ts";
import { makeCache } from "./make-cache.ts";

const row = (plural: string, kind: string, storage: Kind["storage"] = "durable") =>
  ({ group: "", version: "v1", kind, plural, storage, scope: "Namespaced" }) as unknown as Kind;
const pods = row("pods", "Pod");
const maps = row("configmaps", "ConfigMap");
const events = row("events", "Event", "transient");
const kinds = [pods, maps, events];

interface Options {
  readonly namespace?: string;
  readonly uid?: string;
  readonly owner?: string;
  readonly node?: string;
}

function anObject(
  name: string,
  { namespace = "default", uid = `uid-${name}`, owner, node }: Options = {},
): KubeObject {
  const reference = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    name: "rs",
    uid: owner ?? "",
    controller: true,
  };
  const ownerReferences: readonly OwnerReference[] = owner === undefined ? [] : [reference];
  const metadata = { name, namespace, uid, resourceVersion: "", creationTimestamp: "", ownerReferences };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    ...(node === undefined ? {} : { spec: { nodeName: node } }),
  };
}

const keyOf = (kind: Kind, { metadata }: KubeObject) =>
  formatKey({ group: "", plural: kind.plural, namespace: metadata.namespace ?? "", name: metadata.name });

async function world() {
  const clock = simulatedClock();
  const stores = { durable: memoryStore({ clock }), transient: memoryStore({ clock, kind: "transient" }) };
  const cache = makeCache({ kinds, stores, log: silentLog, clock });
  await cache.synced;
  const create = (object: KubeObject, kind = pods) =>
    stores[kind.storage as "durable" | "transient"].create(keyOf(kind, object), object);
  return { clock, stores, cache, create };
}

const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name);
const story = (seen: readonly CacheEvent[]) =>
  seen.map(({ type, object }) => `${type} ${object.metadata.name}@${object.metadata.resourceVersion}`);

test("serves what existed before it started, and lists by namespace and name", async () => {
  const durable = memoryStore();
  for (const [namespace, name] of [
    ["b", "x"],
    ["a-1", "y"],
    ["a", "z"],
    ["a", "y.1"],
    ["a", "y"],
  ] as const) {
    const object = anObject(name, { namespace });
    await durable.create(keyOf(pods, object), object);
  }
  const cache = makeCache({
    kinds,
    stores: { durable, transient: memoryStore({ kind: "transient" }) },
    log: silentLog,
  });
  await cache.synced;
  assert.deepEqual(
    cache.list(pods).map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`),
    ["a/y", "a/y.1", "a/z", "a-1/y", "b/x"],
  );
  assert.deepEqual(names(cache.list(pods, "a")), ["y", "y.1", "z"]);
  assert.equal(cache.get(pods, "a", "z")?.metadata.resourceVersion, "3");
  assert.deepEqual([cache.revision(pods), cache.resourceVersion(pods)], [5, "5"]);
});

test("finds objects by uid, owner and node, also after they moved", async () => {
  const { stores, cache, create } = await world();
  const revision = await create(anObject("a", { owner: "o1" }));
  await create(anObject("b", { owner: "o1", node: "n1" }));
  await create(anObject("c", { owner: "o2", node: "n1" }), maps);
  await settle();
  assert.deepEqual(names(cache.controlledBy(pods, "o1")), ["a", "b"]);
  assert.deepEqual(names(cache.dependentsOf("o2")), ["c"]);
  assert.deepEqual(names(cache.onNode(pods, "n1")), ["b"]);
  assert.equal(cache.byUid("uid-c")?.metadata.name, "c");

  const moved = anObject("a", { owner: "o2", node: "n1" });
  const next = await stores.durable.update(keyOf(pods, moved), moved, revision);
  await cache.waitFor(pods, next);
  assert.deepEqual(names(cache.controlledBy(pods, "o1")), ["b"]);
  assert.deepEqual(names(cache.dependentsOf("o2")), ["c", "a"]);
  assert.deepEqual(names(cache.onNode(pods, "n1")), ["b", "a"]);

  await stores.durable.delete(keyOf(pods, moved), moved, next);
  await settle();
  assert.deepEqual([names(cache.dependentsOf("o2")), cache.byUid("uid-a")], [["c"], undefined]);
});

test("keeps an index from its first use on, and each object under the values that it has now", async () => {
  const { stores, cache, create } = await world();
  const byLetter: CacheIndex = {
    kind: pods,
    valuesOf: ({ metadata }) => [
      metadata.name.slice(0, 1),
      ...(metadata.ownerReferences ?? []).map(({ uid }) => uid),
    ],
  };
  const revision = await create(anObject("ann", { owner: "o1" }));
  await settle();
  assert.deepEqual(names(cache.indexed(byLetter, "a")), ["ann"]);
  await create(anObject("abe"));
  await create(anObject("bob", { owner: "o1" }));
  await create(anObject("amy"), maps);
  await settle();
  assert.deepEqual(names(cache.indexed(byLetter, "a")), ["ann", "abe"]);
  assert.deepEqual(names(cache.indexed(byLetter, "o1")), ["ann", "bob"]);
  const moved = anObject("ann");
  const next = await stores.durable.update(keyOf(pods, moved), moved, revision);
  await settle();
  assert.deepEqual(names(cache.indexed(byLetter, "o1")), ["bob"]);
  assert.equal(cache.indexed(byLetter, "a")[0]?.metadata.resourceVersion, String(next), "as it is now");
  await stores.durable.delete(keyOf(pods, moved), moved, next);
  await settle();
  assert.deepEqual(names(cache.indexed(byLetter, "a")), ["abe"]);
  assert.deepEqual(cache.indexed(byLetter, "z"), []);
});

test("objects cannot be changed by who reads them", async () => {
  const { cache, create } = await world();
  await create(anObject("a"));
  await settle();
  const found = cache.get(pods, "default", "a");
  assert.throws(() => Object.assign(found?.metadata ?? {}, { name: "b" }), TypeError);
  assert.throws(() => Object.assign(found ?? {}, { kind: "b" }), TypeError);
  assert.throws(() => (cache.list(pods) as KubeObject[]).push(anObject("x")), TypeError);
});

test("a writer waits until its own write can be read, and not for ever", async () => {
  const { clock, cache, create } = await world();
  const revision = await create(anObject("a"));
  await cache.waitFor(pods, revision);
  assert.equal(cache.get(pods, "default", "a")?.metadata.name, "a");
  const late = assert.rejects(
    cache.waitFor(pods, revision + 1),
    (error) => error instanceof Trouble && error.code === "timeout",
  );
  await clock.advance(cacheLimits.waitForMs);
  await late;
  assert.deepEqual(clock.pending(), []);
});

test("a watch gets what it missed and then what happens, each once and in order", async () => {
  const { stores, cache, create } = await world();
  const first = await create(anObject("a"));
  await create(anObject("b"));
  await create(anObject("m"), maps);
  await settle();
  const seen: CacheEvent[] = [];
  const watch = cache.watch(pods, first, (event) => seen.push(event));
  const updated = await stores.durable.update(keyOf(pods, anObject("a")), anObject("a"), first);
  await stores.durable.delete(keyOf(pods, anObject("a")), anObject("a", { node: "last" }), updated);
  await settle();
  assert.deepEqual(story(seen), ["ADDED b@2", "MODIFIED a@4", "DELETED a@5"]);
  const [, , last] = seen;
  assert.ok(last !== undefined);
  assert.equal(last.previous?.metadata.resourceVersion, "4");
  assert.equal(last.json(), last.json());
  assert.deepEqual(JSON.parse(new TextDecoder().decode(last.json())), last.object);
  assert.ok(typeof watch === "object");
  watch.unsubscribe();
  await create(anObject("c"));
  await settle();
  assert.equal(seen.length, 3);
});

test("a watch that begins in the middle of an event hears of it once", async () => {
  const { cache, create } = await world();
  const inner: CacheEvent[] = [];
  cache.onEvent((event) => {
    if (inner.length === 0) cache.watch(pods, event.revision - 1, (one) => inner.push(one));
  });
  await create(anObject("a"));
  await settle();
  assert.deepEqual(story(inner), ["ADDED a@1"]);
});

test("tells a watch that comes from too far back, or from the future", async () => {
  const { cache, create } = await world();
  const total = 2 * cacheLimits.ringEventsMax;
  for (let i = 0; i < total; i += 1) await create(anObject(`p${i}`));
  await settle();
  let count = 0;
  const seen = () => void (count += 1);
  assert.equal(cache.watch(pods, 1, seen), "gone");
  assert.equal(cache.watch(pods, total + 1, seen), "future");
  assert.equal(typeof cache.watch(pods, total - cacheLimits.ringEventsMax, seen), "object");
  assert.equal(count, cacheLimits.ringEventsMax);
});

test("knows nothing of the past before its own start", async () => {
  const durable = memoryStore();
  await durable.create(keyOf(pods, anObject("a")), anObject("a"));
  await durable.create(keyOf(pods, anObject("b")), anObject("b"));
  const cache = makeCache({
    kinds,
    stores: { durable, transient: memoryStore({ kind: "transient" }) },
    log: silentLog,
  });
  await cache.synced;
  assert.equal(
    cache.watch(pods, 1, () => undefined),
    "gone",
  );
  assert.equal(typeof cache.watch(pods, 2, () => undefined), "object");
});

test("a deletion and a creation that were seen as one change are told as two", async () => {
  const { stores, cache, create } = await world();
  const revision = await create(anObject("a", { uid: "old", owner: "o" }));
  await settle();
  const seen: CacheEvent[] = [];
  cache.onEvent((event) => seen.push(event));
  await stores.durable.update(keyOf(pods, anObject("a")), anObject("a", { uid: "new" }), revision);
  await settle();
  assert.deepEqual(
    seen.map(({ type, object }) => `${type} ${object.metadata.uid}`),
    ["DELETED old", "ADDED new"],
  );
  assert.deepEqual([cache.byUid("old"), cache.dependentsOf("o")], [undefined, []]);
});

test("one listener's bug keeps nobody else from hearing, and is told", async () => {
  const lines: string[] = [];
  const stores = { durable: memoryStore(), transient: memoryStore({ kind: "transient" }) };
  const log = logTo((line) => void lines.push(line), { now: () => 0, level: "info" });
  const cache = makeCache({ kinds, stores, log });
  await cache.synced;
  const heard: string[] = [];
  cache.onEvent(() => {
    throw new Error("a bug");
  });
  cache.onEvent(({ type }) => void heard.push(type));
  const foreign = { ...anObject("x") };
  for (const name of ["x", "y"]) {
    const key = formatKey({ group: "example.org", plural: "things", namespace: "default", name });
    await stores.durable.create(key, foreign);
  }
  await stores.durable.create(keyOf(pods, anObject("a")), anObject("a"));
  await settle();
  assert.deepEqual(heard, ["ADDED"]);
  assert.match(lines.join(""), /cache.listener-failed.*a bug/);
  assert.equal(lines.filter((line) => line.includes("cache.kind-unknown")).length, 1);
  assert.equal(cache.revision(pods), 3);
});

test("after a relist, what did not come again is gone, and watches resume no further back", async () => {
  const followers: Follower[] = [];
  let life = "1";
  const store: Store = {
    ...memoryStore(),
    follow: (one) => {
      followers.push(one);
      return Promise.resolve({ unsubscribe: () => undefined });
    },
    formatRevision: (revision) => `${life}${String(revision).padStart(3, "0")}`,
  };
  const cache = makeCache({ kinds, stores: { durable: memoryStore(), transient: store }, log: silentLog });
  const [feed] = followers;
  assert.ok(feed !== undefined);
  const tell = (name: string, revision: number) =>
    feed.onEntry({ key: keyOf(events, anObject(name)), revision, object: anObject(name), deleted: false });
  tell("a", 7);
  tell("b", 8);
  feed.onSynced(8);
  await cache.synced;
  const seen: CacheEvent[] = [];
  cache.watch(events, 8, (event) => seen.push(event));

  life = "2";
  feed.onRelist();
  tell("b", 1);
  feed.onSynced(1);
  assert.deepEqual(story(seen), ["MODIFIED b@2001", "DELETED a@2001"]);
  assert.deepEqual(names(cache.list(events)), ["b"]);
  assert.deepEqual([cache.revision(events), cache.resourceVersion(events)], [1, "2001"]);
  assert.equal(
    cache.watch(events, 8, () => undefined),
    "future",
  );
});
