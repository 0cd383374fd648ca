/**
 * The watch cache over both stores.
 *
 * One follower per store feeds it, in the order of revisions, so what is read here at one moment is one state of the
 * cluster. Nothing is read from a store otherwise.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import type { Kind } from "../kinds/kind.ts";
import type { KindTable } from "../kinds/kind-table.ts";
import type { Store } from "../store/store.ts";
import { cacheLimits, type Cache, type CacheEvent, type CacheIndex } from "./cache.ts";
import { Feeding } from "./feeding.ts";
import { Contents } from "./contents.ts";
import { undone } from "./past.ts";
import { placeOf } from "./shelf.ts";

export interface CacheOptions {
  /** What is stored: a table that may change, or a list that does not. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a heterogeneous list of kinds has no better type
  readonly kinds: Pick<KindTable, "stored" | "onChange"> | readonly Kind<any>[];
  readonly stores: { readonly durable: Store; readonly transient: Store };
  readonly log: Log;
  readonly clock?: Clock;
}

export interface RunningCache extends Cache {
  /** Ends following. What was read stays as it is. */
  stop(): void;
}

/** Begins to follow at once. `synced` rejects when a store refuses to be followed. */
export function makeCache({ kinds, stores, log, clock = systemClock }: CacheOptions): RunningCache {
  const contents = new Contents(log);
  const table = "stored" in kinds ? kinds : undefined;
  const stored = () => table?.stored() ?? (kinds as readonly Kind[]);
  contents.setKinds(stored(), () => 0);
  const feedings = {
    durable: new Feeding({ store: stores.durable, storage: "durable", contents, log }),
    transient: new Feeding({ store: stores.transient, storage: "transient", contents, log }),
  };
  const floorOf = (storage: Kind["storage"]) => (storage === "none" ? 0 : feedings[storage].applied());
  const changes = table?.onChange(() => contents.setKinds(stored(), floorOf));
  const feedingOf = ({ storage }: Pick<Kind, "storage">) => {
    invariant(storage !== "none", "a kind without storage is never cached");
    return feedings[storage];
  };
  const shelf = (kind: Pick<Kind, "group" | "plural">) => contents.shelf(kind.group, kind.plural);
  const synced = Promise.all([feedings.durable.synced, feedings.transient.synced]).then(() => undefined);
  synced.catch(() => undefined); // Whoever waits for it is told; nobody has to.
  return {
    kinds: () => contents.kinds(),
    get: (kind, namespace, name) => as(shelf(kind).get(placeOf(namespace ?? "", name))),
    list: (kind, namespace) => as(shelf(kind).list(namespace)),
    listAt: (kind, revision, namespace) => {
      const { ring } = shelf(kind);
      const present = shelf(kind).list(namespace);
      const newer = ring.since(revision);
      if (newer === undefined) return "gone";
      const concerned = newer.filter(({ object }) => isIn(object, namespace));
      return as(concerned.length === 0 ? present : undone(present, concerned));
    },
    controlledBy: (kind, uid) => as(shelf(kind).controlledBy(uid)),
    onNode: (kind, name) => as(shelf(kind).onNode(name)),
    indexed: (index, value) => as(shelf(index.kind).indexed(index as unknown as CacheIndex, value)),
    dependentsOf: (uid) => contents.dependentsOf(uid),
    byUid: (uid) => contents.byUid(uid),
    revision: (kind) => feedingOf(kind).applied(),
    resourceVersion: (kind) => {
      const { store, applied } = feedingOf(kind);
      return store.formatRevision(applied());
    },
    waitFor: (kind, revision, timeoutMs = cacheLimits.waitForMs) =>
      within(clock, timeoutMs, feedingOf(kind).reach(revision)),
    watch: (kind, from, onEvent) => {
      if (from > feedingOf(kind).applied()) return "future";
      const { ring, watchers } = shelf(kind);
      const missed = ring.since(from);
      if (missed === undefined) return "gone";
      for (const event of missed) onEvent(event);
      return member(watchers, onEvent);
    },
    onEvent: (listener) => member(contents.listeners, listener),
    synced,
    stop: () => {
      changes?.unsubscribe();
      feedings.durable.stop();
      feedings.transient.stop();
    },
  };
}

/** The kind's row says which type its objects have; the shelves hold objects of all types. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- one cast, named once
const as = <T>(found: KubeObject | readonly KubeObject[] | undefined): T => found as T;

const isIn = ({ metadata }: KubeObject, namespace: string | undefined): boolean =>
  namespace === undefined || metadata.namespace === namespace;

async function within(
  clock: Clock,
  timeoutMs: number,
  wait: { readonly done: Promise<void>; giveUp(why: Trouble): void },
): Promise<void> {
  const timer = clock.setTimeout(
    () => wait.giveUp(new Trouble("timeout", `The cache did not catch up within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  try {
    await wait.done;
  } finally {
    clock.clearTimeout(timer);
  }
}

function member(set: Set<(event: CacheEvent) => void>, listener: (event: CacheEvent) => void): Subscription {
  // A listener may be registered twice; each registration is its own, and quiet once it was given up.
  const own = (event: CacheEvent) => {
    if (set.has(own)) listener(event);
  };
  set.add(own);
  return { unsubscribe: () => void set.delete(own) };
}
