/**
 * How one store feeds the cache: first what exists, then every change, and how far it has got.
 *
 * Whoever wrote something waits here until the cache has it. When the store has to list anew, what does not come again
 * is forgotten, and watches can resume no further back than that moment.
 */
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Trouble } from "@kubus/shared/errors/trouble.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Kind } from "../kinds/kind.ts";
import { formatKey } from "../store/key.ts";
import type { Entry, Revision, Store } from "../store/store.ts";
import type { Contents } from "./contents.ts";
import type { Shelf } from "./shelf.ts";

interface Wait {
  readonly revision: Revision;
  readonly resolve: () => void;
}

export class Feeding {
  readonly store: Store;
  readonly synced: Promise<void>;
  readonly #storage: Kind["storage"];
  readonly #contents: Contents;
  readonly #log: Log;
  readonly #waits = new Set<Wait>();
  readonly #firstSync = Promise.withResolvers<undefined>();
  readonly #following: Promise<Subscription>;
  /** Tells one life of the store from another. */
  #life: string;
  #applied: Revision = 0;
  #phase: "listing" | "following" | "relisting" = "listing";
  /** The keys that came since listing began. */
  #listed = new Set<string>();

  constructor(options: {
    readonly store: Store;
    readonly storage: Kind["storage"];
    readonly contents: Contents;
    readonly log: Log;
  }) {
    ({ store: this.store, storage: this.#storage, contents: this.#contents, log: this.#log } = options);
    this.#life = this.store.formatRevision(0);
    this.#following = this.store.follow({
      onEntry: (entry) => this.#onEntry(entry),
      onSynced: (revision) => this.#onSynced(revision),
      onRelist: () => this.#onRelist(),
      onBroken: (key, revision, why) => {
        this.#log.error("store.object-broken", { key, revision, why });
        this.#note(key);
        this.#reached(revision);
      },
    });
    this.synced = this.#following.then(() => this.#firstSync.promise);
  }

  readonly applied = (): Revision => this.#applied;

  reach(revision: Revision): { readonly done: Promise<void>; giveUp(why: Trouble): void } {
    if (this.#applied >= revision) return { done: Promise.resolve(), giveUp: () => undefined };
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const wait: Wait = { revision, resolve: () => resolve(undefined) };
    this.#waits.add(wait);
    return {
      done: promise,
      giveUp: (why) => {
        this.#waits.delete(wait);
        reject(why);
      },
    };
  }

  stop(): void {
    void this.#following.then((subscription) => subscription.unsubscribe());
  }

  #onEntry({ key, revision, object, deleted }: Entry): void {
    this.#note(key);
    const news = this.#phase === "listing" ? "existing" : "live";
    const resourceVersion = this.store.formatRevision(revision);
    const storage = this.#storage;
    this.#contents.apply({ key, revision, resourceVersion, object, deleted, news, storage });
    this.#reached(revision);
  }

  #onRelist(): void {
    this.#log.warn("cache.relists", { storage: this.#storage });
    const life = this.store.formatRevision(0);
    if (life !== this.#life) this.#applied = 0;
    this.#life = life;
    this.#phase = this.#phase === "listing" ? "listing" : "relisting";
    this.#listed = new Set();
    for (const { ring } of this.#shelves()) ring.restart(this.#applied);
  }

  #note(key: string): void {
    if (this.#phase !== "following") this.#listed.add(key);
  }

  #onSynced(revision: Revision): void {
    const resourceVersion = this.store.formatRevision(revision);
    for (const shelf of this.#shelves()) {
      const missing = shelf.places().filter((place) => !this.#listed.has(keyAt(shelf, place)));
      for (const place of missing) this.#contents.forget(shelf, place, revision, resourceVersion);
      if (this.#phase === "listing") shelf.ring.restart(revision);
    }
    for (const key of this.#contents.waitingFrom(this.#storage))
      if (!this.#listed.has(key)) this.#contents.forgetWaiting(key);
    this.#phase = "following";
    this.#listed.clear();
    this.#reached(revision);
    this.#firstSync.resolve(undefined);
  }

  #shelves(): readonly Shelf[] {
    return this.#contents.shelvesOf(this.#storage);
  }

  #reached(revision: Revision): void {
    this.#applied = Math.max(this.#applied, revision);
    for (const wait of this.#waits) {
      if (wait.revision > this.#applied) continue;
      this.#waits.delete(wait);
      wait.resolve();
    }
  }
}

function keyAt({ kind }: Shelf, place: string): string {
  const [namespace = "", name = ""] = place.split("\u0000");
  return formatKey({ group: kind.group, plural: kind.plural, namespace, name });
}
