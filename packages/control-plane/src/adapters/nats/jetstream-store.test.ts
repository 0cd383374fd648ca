import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { natsLink, type NatsLink } from "@kubus/shared/adapters/nats-link.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { logTo, silentLog } from "@kubus/shared/log/log.ts";
import {
  natsServerMissing as skip,
  startNatsServer,
  type NatsServer,
} from "@kubus/shared/testing/nats-server.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { makeCache } from "../../cache/make-cache.ts";
import type { Kind } from "../../kinds/kind.ts";
import { formatKey } from "../../store/key.ts";
import { keyNamed, objectNamed, storeContract, witness } from "../../store/store.contract.ts";
import { Conflict, storeLimits } from "../../store/store.ts";
import { callApi, type StreamInfo } from "./jetstream-api.ts";
import { openJetStreamStore, type JetStreamStore, type JetStreamStoreOptions } from "./jetstream-store.ts";
import { subjectOfKey } from "./object-message.ts";

const linkTo = (url: string): NatsLink => natsLink({ servers: [url], name: "store", log: silentLog });

for (const kind of ["durable", "transient"] as const) {
  storeContract(
    `JetStream, ${kind}`,
    async () => {
      const server = await startNatsServer({ jetstream: true });
      const links = [linkTo(server.url), linkTo(server.url)] as const;
      const open = (link: NatsLink) => openJetStreamStore({ link, stream: "KUBUS", kind, log: silentLog });
      const [store, other] = [await open(links[0]), await open(links[1])];
      return {
        store,
        other,
        spoil: async (key) => {
          const subject = subjectOfKey("KUBUS", key);
          links[0].current()?.publish(subject, "kubus1 put 00000000000000000000000000000000 x 0\n{}");
          await links[0].current()?.flush();
        },
        stop: async () => {
          store.close();
          other.close();
          await Promise.all(links.map((link) => link.close()));
          await server.stop();
        },
      };
    },
    skip,
  );
}

interface World {
  readonly server: NatsServer;
  readonly link: NatsLink;
  readonly open: (options?: Partial<JetStreamStoreOptions>) => Promise<JetStreamStore>;
  readonly dir: string;
}

async function world(t: TestContext): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), `kubus-store-${process.pid}-`));
  const server = await startNatsServer({ jetstream: true, storeDir: join(dir, "jetstream") });
  const link = linkTo(server.url);
  const stores: JetStreamStore[] = [];
  t.after(async () => {
    for (const store of stores) store.close();
    await link.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const open = async (options: Partial<JetStreamStoreOptions> = {}) => {
    const store = await openJetStreamStore({
      link,
      stream: "KUBUS",
      kind: "durable",
      log: silentLog,
      ...options,
    });
    stores.push(store);
    return store;
  };
  return { server, link, open, dir };
}

const key = keyNamed("a");
const object = objectNamed("a");

test("refuses a durable stream that vanished or was replaced, and says what to do", { skip }, async (t) => {
  const { link, open, dir } = await world(t);
  const knownStreamFile = join(dir, "known-stream.json");
  const store = await open({ knownStreamFile });
  await store.create(key, object);
  await open({ knownStreamFile });

  await callApi(link, "STREAM.DELETE.KUBUS");
  const isRefused = (error: unknown) =>
    error instanceof Trouble && /has vanished.*backup/.test(error.message);
  await assert.rejects(open({ knownStreamFile }), isRefused);
  await assert.rejects(callApi(link, "STREAM.INFO.KUBUS"), /stream not found/);

  await open(); // Somebody who does not know better makes another one.
  await assert.rejects(open({ knownStreamFile }), /was made at .*, but ours at/);
});

test("keeps one message per living object, and none of history", { skip }, async (t) => {
  const { link, open } = await world(t);
  const store = await open();
  let revision = await store.create(key, object);
  for (let i = 0; i < 50; i += 1) revision = await store.update(key, objectNamed("a", i), revision);
  const { state } = await callApi<StreamInfo>(link, "STREAM.INFO.KUBUS");
  assert.deepEqual([state.messages, state.last_seq], [1, revision]);
});

test("purges old tombstones and nothing that was created again", { skip }, async (t) => {
  const { link, open } = await world(t);
  let offset = 0;
  const store = await open({ clock: { ...systemClock, now: () => systemClock.now() + offset } });
  const seen = witness();
  const following = await store.follow(seen.follower);
  await until("the follower", () => seen.synced() !== undefined);
  const other = keyNamed("b");
  await store.delete(key, object, await store.create(key, object));
  await store.delete(other, object, await store.create(other, object));
  await until("the tombstones", () => seen.entries.filter(({ deleted }) => deleted).length === 2);

  assert.equal(await store.purgeTombstones(0), 0);
  offset = storeLimits.tombstoneAgeMinMs + 5_000;
  following.unsubscribe(); // It will not learn of the re-creation: the purge must be safe all the same.
  const again = await store.create(other, object);
  assert.equal(await store.purgeTombstones(0), 2);
  assert.equal(await store.get(key), undefined);
  assert.equal((await store.get(other))?.revision, again);
  const { state } = await callApi<StreamInfo>(link, "STREAM.INFO.KUBUS");
  assert.equal(state.messages, 1);
  await store.create(key, object);
});

test(
  "a transient store begins a new life when the server lost it, and its followers list anew",
  { skip },
  async (t) => {
    const { server, open } = await world(t);
    const store = await open({ kind: "transient", stream: "EVENTS" });
    const seen = witness();
    await store.follow(seen.follower);
    await store.create(key, object);
    const old = await store.create(keyNamed("b"), object);
    const text = store.formatRevision(old);
    await until("both", () => seen.entries.length === 2);

    await server.restart();
    const revision = await store.create(keyNamed("c"), object);
    await until("the relist", () => seen.relists.length === 1 && seen.entries.length === 3);
    assert.deepEqual([revision, store.parseRevision(text)], [1, undefined]);
    assert.ok(BigInt(store.formatRevision(revision)) > BigInt(text));
  },
);

test("a follower that was away for longer than tombstones live lists anew", { skip }, async (t) => {
  const { server, link, open } = await world(t);
  let offset = 0;
  const store = await open({ clock: { ...systemClock, now: () => systemClock.now() + offset } });
  const seen = witness();
  await store.follow(seen.follower);
  await store.create(key, object);
  await until("the object", () => seen.entries.length === 1);

  await server.restart();
  await store.create(keyNamed("b"), object);
  await until("the second", () => seen.entries.length === 2);
  assert.equal(seen.relists.length, 0, "a short absence needs no list");

  await server.kill("SIGKILL");
  await until("it to notice", () => link.state() === "disconnected");
  offset = storeLimits.tombstoneAgeMinMs;
  await server.restart();
  await until("the list", () => seen.relists.length === 1 && seen.entries.length === 4);
  assert.deepEqual(
    seen.entries.map(({ revision }) => revision),
    [1, 2, 1, 2],
  );
});

test(
  "the cache outlives the server: durable objects stay, transient ones are deleted",
  { skip },
  async (t) => {
    const { server, open } = await world(t);
    const kindOf = (plural: string, storage: Kind["storage"]) =>
      ({ group: "", plural, storage }) as unknown as Kind;
    const [maps, events] = [kindOf("configmaps", "durable"), kindOf("events", "transient")];
    const stores = { durable: await open(), transient: await open({ kind: "transient", stream: "EVENTS" }) };
    const cache = makeCache({ kinds: [maps, events], stores, log: silentLog });
    t.after(() => cache.stop());
    await cache.synced;
    const eventKey = formatKey({ group: "", plural: "events", namespace: "default", name: "e" });
    await cache.waitFor(events, await stores.transient.create(eventKey, objectNamed("e")));
    await cache.waitFor(maps, await stores.durable.create(key, object));
    const before = cache.resourceVersion(events);
    const changes: string[] = [];
    cache.onEvent(({ type, object: { metadata } }) => void changes.push(`${type} ${metadata.name}`));

    await server.restart();
    await cache.waitFor(maps, await stores.durable.create(keyNamed("b"), objectNamed("b")));
    await until("the event to be gone", () => cache.list(events).length === 0);
    assert.deepEqual(
      cache.list(maps).map(({ metadata }) => metadata.name),
      ["a", "b"],
    );
    assert.deepEqual(changes.sort(), ["ADDED b", "DELETED e"]);
    assert.ok(BigInt(cache.resourceVersion(events)) > BigInt(before));
    await cache.waitFor(events, await stores.transient.create(eventKey, objectNamed("e")));
  },
);

test("what is too old in a transient store is deleted for everybody to see", { skip }, async (t) => {
  const { open } = await world(t);
  let offset = 0;
  const wakers: (() => void)[] = [];
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + offset,
    setTimeout: (fn: () => void, ms: number) =>
      ms === 60_000 ? wakers.push(fn) : systemClock.setTimeout(fn, ms),
  };
  const store = await open({ kind: "transient", stream: "EVENTS", clock });
  const seen = witness();
  await store.follow(seen.follower);
  await store.create(key, object);
  await until("the object", () => seen.entries.length === 1);
  offset = storeLimits.transientAgeMaxMs + 1_000;
  for (const wake of wakers) wake();
  await until("the deletion", () => seen.entries.at(1)?.deleted);
  assert.deepEqual(seen.entries[1]?.object, object);
});

test("a write to a server that hangs is looked up and carried out once", { skip }, async (t) => {
  const { server, link, open } = await world(t);
  const store = await open();
  const revision = await store.create(key, object);
  await server.kill("SIGSTOP");
  const updating = store.update(key, objectNamed("a", 1), revision);
  const creating = store.create(keyNamed("b"), object);
  await until("it to notice", () => link.state() === "disconnected");
  await server.kill("SIGCONT");
  const [updated, created] = await Promise.all([updating, creating]);
  assert.deepEqual([...new Set([revision, updated, created])].sort(), [1, 2, 3]);
  // Reading does not wait for a bus that is away, and the connection may be the one that just proved to be dead.
  const found = await until("a read is answered", () => store.get(key).catch(() => undefined));
  assert.equal(found.revision, updated);
  await assert.rejects(store.update(key, object, revision), Conflict);
});

test("says that it could not write when the bus stays away", { skip }, async (t) => {
  const { server, link, open } = await world(t);
  // Ten times as fast, for the patience of whoever runs this.
  const clock = {
    ...systemClock,
    setTimeout: (fn: () => void, ms: number) => systemClock.setTimeout(fn, ms / 10),
  };
  const store = await open({ clock });
  await server.kill("SIGKILL");
  await until("it to notice", () => link.state() === "disconnected");
  const started = performance.now();
  await assert.rejects(
    store.create(key, object),
    (error) => error instanceof Trouble && error.code === "timeout",
  );
  const took = performance.now() - started;
  assert.ok(
    took > storeLimits.deadlineMs / 10 - 50 && took < storeLimits.deadlineMs / 5,
    `it took ${took} ms`,
  );
});

test(
  "1,000 writes over a SIGKILL of the server: none lost, none twice, one follower sees all in order",
  { skip },
  async (t) => {
    const { server, open } = await world(t);
    const lines: string[] = [];
    const store = await open({
      log: logTo((line) => void lines.push(line), { now: () => 0, level: "info" }),
    });
    const seen = witness();
    await store.follow(seen.follower);
    await until("the follower", () => seen.synced() !== undefined);

    const acked = new Map<string, number>();
    const lanes = 20;
    const perLane = 50;
    const half = Promise.withResolvers<undefined>();
    const lane = async (number: number) => {
      for (let i = 0; i < perLane; i += 1) {
        const name = `w${number}-${i}`;
        const first = await store.create(keyNamed(name), objectNamed(name, 1));
        acked.set(keyNamed(name), first);
        // Every fifth object is changed as well.
        if (i % 5 === 0)
          acked.set(keyNamed(name), await store.update(keyNamed(name), objectNamed(name, 2), first));
        if (acked.size >= (lanes * perLane) / 2) half.resolve(undefined);
      }
    };
    const writing = Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
    await half.promise;
    await server.restart();
    await writing; // Nothing was rejected: every unknown outcome was resolved.
    const inDoubt = lines.filter((line) => line.includes("store.write-pursued")).length;
    assert.ok(inDoubt > 0, "the server was killed while nothing was under way");

    const newest = Math.max(...acked.values());
    await until("the follower to see the last write", () => seen.entries.at(-1)?.revision === newest);
    const revisions = seen.entries.map(({ revision }) => revision);
    assert.deepEqual(
      revisions,
      [...new Set(revisions)].sort((a, b) => a - b),
    );
    assert.equal(seen.relists.length, 0);
    const last = new Map(seen.entries.map((entry) => [entry.key, entry]));
    assert.equal(acked.size, lanes * perLane);
    for (const [name, revision] of acked) assert.equal(last.get(name)?.revision, revision);
    // The stream counts every write that was applied: no more than were acknowledged.
    const updates = lanes * Math.ceil(perLane / 5);
    assert.equal(newest, lanes * perLane + updates);
  },
);
