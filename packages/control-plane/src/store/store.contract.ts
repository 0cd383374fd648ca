/**
 * What every store must do. The suite runs against the memory store and against JetStream on a real nats-server.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { formatKey } from "./key.ts";
import { Conflict, storeLimits, type Entry, type Follower, type Revision, type Store } from "./store.ts";

export interface StoreWorld {
  readonly store: Store;
  /** The same data, opened by another server. */
  readonly other: Store;
  /** Damages what is stored under a key, so that followers that come later meet it. */
  spoil(key: string): Promise<void>;
  stop(): Promise<void>;
}

export const keyNamed = (name: string): string =>
  formatKey({ group: "", plural: "configmaps", namespace: "default", name });

export const objectNamed = (name: string, value = 0): KubeObject => {
  const metadata = { name, namespace: "default", uid: name, resourceVersion: "", creationTimestamp: "" };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, ...{ data: { value: String(value) } } };
};

export interface Witness {
  readonly follower: Follower;
  readonly entries: Entry[];
  readonly broken: string[];
  readonly relists: number[];
  synced(): Revision | undefined;
}

/** A follower that notes what it is told. */
export function witness(): Witness {
  const entries: Entry[] = [];
  const broken: string[] = [];
  const relists: number[] = [];
  let synced: Revision | undefined;
  return {
    entries,
    broken,
    relists,
    synced: () => synced,
    follower: {
      onEntry: (entry) => void entries.push(entry),
      onSynced: (revision) => {
        assert.ok(synced === undefined || relists.length > 0, "synced twice");
        synced = revision;
      },
      onRelist: () => void relists.push(entries.length),
      onBroken: (key) => void broken.push(key),
    },
  };
}

const words = (entries: readonly Entry[]) =>
  entries.map(({ key, deleted }) => `${deleted ? "-" : "+"}${key.split("/").at(-1) ?? ""}`);

export function storeContract(
  name: string,
  makeWorld: () => Promise<StoreWorld>,
  skip: string | false = false,
): void {
  describe(`store: ${name}`, { skip }, () => {
    let world: StoreWorld;
    let store: Store;
    before(async () => {
      world = await makeWorld();
      ({ store } = world);
    });
    after(() => world.stop());

    const create = (label: string) => store.create(keyNamed(label), objectNamed(label));
    const follow = async (from: Store = store) => {
      const seen = witness();
      const subscription = await from.follow(seen.follower);
      await until("the follower to be synced", () => seen.synced() !== undefined);
      return { ...seen, subscription };
    };

    test("gives each write a greater revision and keeps what was written last", async () => {
      const first = await create("a");
      const second = await store.update(keyNamed("a"), objectNamed("a", 2), first);
      assert.ok(first >= 1 && second > first);
      assert.deepEqual(await store.get(keyNamed("a")), {
        key: keyNamed("a"),
        revision: second,
        object: objectNamed("a", 2),
        deleted: false,
      });
      assert.equal(await store.get(keyNamed("never")), undefined);
    });

    test("whoever builds on an old revision gets a conflict and changes nothing", async () => {
      const revision = await create("b");
      await assert.rejects(create("b"), Conflict);
      const next = await world.other.update(keyNamed("b"), objectNamed("b", 2), revision);
      await assert.rejects(store.update(keyNamed("b"), objectNamed("b", 3), revision), Conflict);
      await assert.rejects(store.delete(keyNamed("b"), objectNamed("b"), revision), Conflict);
      await assert.rejects(store.update(keyNamed("none"), objectNamed("none"), 1), Conflict);
      assert.equal((await store.get(keyNamed("b")))?.revision, next);
    });

    test("of many who write at once, one wins", async () => {
      const revision = await create("race");
      const tries = Array.from({ length: 8 }, (_, i) =>
        (i % 2 === 0 ? store : world.other).update(keyNamed("race"), objectNamed("race", i), revision),
      );
      const outcomes = await Promise.allSettled(tries);
      assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
      const losers = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
      assert.ok(losers.every((reason) => reason instanceof Conflict));
    });

    test("a deletion leaves a tombstone with the last object; the key can be created again", async () => {
      const revision = await create("c");
      const gone = await store.delete(keyNamed("c"), objectNamed("c", 9), revision);
      const tombstone = await store.get(keyNamed("c"));
      assert.deepEqual(
        [tombstone?.revision, tombstone?.deleted, tombstone?.object],
        [gone, true, objectNamed("c", 9)],
      );
      const again = await create("c");
      assert.ok(again > gone);
      assert.equal((await store.get(keyNamed("c")))?.deleted, false);
      await assert.rejects(create("c"), Conflict);
    });

    test("keys may hold whatever names may hold", async () => {
      const names = ["web.17a3b.x", "system:node-1", "a_b", "ü", "x".repeat(253), "star*", "gt>", "A"];
      const keys = names.map((one) =>
        formatKey({ group: "a.b.io", plural: "things", namespace: "", name: one }),
      );
      const clash = formatKey({ group: "", plural: "things", namespace: "a.b.io", name: "A" });
      for (const key of [...keys, clash]) await store.create(key, objectNamed("x"));
      const seen = await follow();
      for (const key of [...keys, clash]) {
        assert.equal((await store.get(key))?.key, key);
        assert.equal(seen.entries.filter((entry) => entry.key === key).length, 1);
      }
      seen.subscription.unsubscribe();
    });

    test("a follower is told what exists, in ascending order, and then every change", async () => {
      const gone = await create("f1");
      await store.delete(keyNamed("f1"), objectNamed("f1"), gone);
      const kept = await create("f2");
      const seen = await follow();
      const before = seen.entries.length;
      assert.ok(!words(seen.entries).includes("+f1") && !words(seen.entries).includes("-f1"));
      assert.ok(words(seen.entries).includes("+f2"));
      const last = await store.update(keyNamed("f2"), objectNamed("f2", 1), kept);
      const end = await store.delete(keyNamed("f2"), objectNamed("f2", 1), last);
      await create("f3");
      await until(
        "the changes",
        () => seen.entries.length >= before + 2 && words(seen.entries).at(-1) === "+f3",
      );
      const live = seen.entries.slice(before);
      assert.deepEqual(words(live.filter(({ revision }) => revision >= end)), ["-f2", "+f3"]);
      const revisions = seen.entries.map(({ revision }) => revision);
      assert.deepEqual(
        revisions,
        [...new Set(revisions)].sort((a, b) => a - b),
      );
      assert.ok((seen.synced() ?? 0) >= kept && (seen.synced() ?? 0) <= last);
      seen.subscription.unsubscribe();
      await create("f4");
      const fresh = await follow(world.other);
      assert.ok(words(fresh.entries).includes("+f4") && !words(seen.entries).includes("+f4"));
      fresh.subscription.unsubscribe();
    });

    test("a broken object is reported and never served", async () => {
      await create("rotten");
      await create("sound");
      await world.spoil(keyNamed("rotten"));
      const seen = await follow(world.other);
      assert.deepEqual(seen.broken, [keyNamed("rotten")]);
      assert.ok(!words(seen.entries).includes("+rotten") && words(seen.entries).includes("+sound"));
      seen.subscription.unsubscribe();
    });

    test("refuses an object above its limit and takes one just below", async () => {
      const sized = (bytes: number) => ({ ...objectNamed("large"), data: { text: "x".repeat(bytes) } });
      const isTooLarge = (error: unknown) => error instanceof Trouble && error.code === "tooLarge";
      await assert.rejects(store.create(keyNamed("large"), sized(storeLimits.objectBytesMax)), isTooLarge);
      await store.create(keyNamed("large"), sized(storeLimits.objectBytesMax - 1_000));
    });

    test("revisions and resourceVersions can be turned into each other", () => {
      for (const revision of [1, 17, 123_456_789]) {
        assert.equal(store.parseRevision(store.formatRevision(revision)), revision);
      }
      assert.ok(BigInt(store.formatRevision(18)) > BigInt(store.formatRevision(17)));
      for (const text of ["", "x", "-1", "1.5", " 1", "99999999999999999999999"]) {
        assert.equal(store.parseRevision(text), undefined);
      }
    });
  });
}
