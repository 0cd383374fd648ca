/**
 * The reference store: one log in memory, for tests and the simulation.
 *
 * It keeps what it was given as text, as the real one does, so nobody can change an object behind its back. It forgets
 * history as the real one does, too: a follower that starts late sees each living object once.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { Conflict, storeLimits, type Entry, type Follower, type Revision, type Store } from "./store.ts";
import { durableRevisions, transientRevisions } from "./revision-text.ts";
import { withSharedSets } from "./shared-sets.ts";

export interface MemoryStore extends Store {
  /** While away, nothing can be written or read; followers wait. */
  setAway(isAway: boolean): void;
  /** Spoils what is stored under a key: followers that come later are told that it is broken. */
  spoil(key: string): void;
}

interface Row {
  readonly key: string;
  readonly revision: Revision;
  readonly text: string;
  readonly deleted: boolean;
  readonly writtenAt: number;
  readonly spoiled: boolean;
}

export interface MemoryStoreOptions {
  readonly kind?: "durable" | "transient";
  readonly clock?: Clock;
}

export function memoryStore({ kind = "durable", clock = systemClock }: MemoryStoreOptions = {}): MemoryStore {
  const rows = new Map<string, Row>();
  const followers = new Set<Following>();
  const beganAt = clock.now();
  const texts = kind === "durable" ? durableRevisions : transientRevisions(() => beganAt);
  let last: Revision = 0;
  let isAway = false;

  const check = () => {
    if (isAway) throw new Trouble("disconnected", "The store is away.");
  };
  const write = (wanted: Pick<Row, "key" | "deleted">, object: KubeObject, expected: Revision): Revision => {
    check();
    const text = encode(object);
    const found = rows.get(wanted.key)?.revision ?? 0;
    if (found !== expected) throw new Conflict(`${wanted.key} is at revision ${found}, not ${expected}.`);
    last += 1;
    const row = { ...wanted, text, revision: last, writtenAt: clock.now(), spoiled: false };
    rows.set(wanted.key, row);
    for (const one of followers) one.add(row);
    return last;
  };
  return {
    create: async (key, object) => {
      const found = rows.get(key);
      if (found?.deleted === false) throw await settled(new Conflict(`${key} exists.`));
      return settled(write({ key, deleted: false }, object, found?.revision ?? 0));
    },
    update: async (key, object, expected) => settled(write({ key, deleted: false }, object, expected)),
    delete: async (key, object, expected) => settled(write({ key, deleted: true }, object, expected)),
    get: async (key) => {
      check();
      const row = rows.get(key);
      return settled(row === undefined ? undefined : entryOf(row));
    },
    follow: async (follower) => {
      const following = new Following(follower);
      const living = [...rows.values()].filter(({ deleted }) => !deleted);
      for (const row of living.sort((a, b) => a.revision - b.revision)) following.add(row);
      following.addSynced(last);
      followers.add(following);
      return settled({
        unsubscribe: () => {
          followers.delete(following);
          following.stop();
        },
      });
    },
    purgeTombstones: async (olderThanMs) => {
      const age = Math.max(olderThanMs, storeLimits.tombstoneAgeMinMs);
      const old = [...rows.values()].filter((row) => row.deleted && clock.now() - row.writtenAt > age);
      for (const { key } of old) rows.delete(key);
      return settled(old.length);
    },
    formatRevision: (revision) => texts.format(revision),
    parseRevision: (text) => texts.parse(text),
    setAway: (away) => {
      isAway = away;
    },
    spoil: (key) => {
      const row = rows.get(key);
      if (row !== undefined) rows.set(key, { ...row, spoiled: true });
    },
  };
}

/** Answers never come in the same turn, as on a real bus. */
const settled = async <T>(value: T): Promise<T> => {
  await Promise.resolve();
  return value;
};

/** One follower and what it was not told yet. */
class Following {
  readonly #follower: Follower;
  readonly #waiting: (() => void)[] = [];
  #stopped = false;

  constructor(follower: Follower) {
    this.#follower = follower;
  }

  add(row: Row): void {
    this.#later(() => {
      const { key, revision, spoiled } = row;
      if (spoiled) this.#follower.onBroken(key, revision, "The checksum is wrong.");
      else this.#follower.onEntry(entryOf(row));
    });
  }

  addSynced(revision: Revision): void {
    this.#later(() => this.#follower.onSynced(revision));
  }

  stop(): void {
    this.#stopped = true;
  }

  #later(tell: () => void): void {
    this.#waiting.push(tell);
    queueMicrotask(() => {
      const next = this.#waiting.shift();
      if (!this.#stopped) next?.();
    });
  }
}

const entryOf = ({ key, revision, text, deleted }: Row): Entry => ({
  key,
  revision,
  deleted,
  object: withSharedSets(JSON.parse(text) as KubeObject),
});

function encode(object: KubeObject): string {
  const text = JSON.stringify(object);
  if (Buffer.byteLength(text) > storeLimits.objectBytesMax) {
    throw new Trouble("tooLarge", `An object of ${text.length} bytes is too large to be stored.`);
  }
  return text;
}
