/**
 * What the cache holds, and who is told when it changes.
 *
 * Objects are frozen at the top and in their metadata only: freezing every part of a pod costs several times as much
 * as reading it, and the types already forbid changing one.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Kind } from "../kinds/kind.ts";
import { parseKey } from "../store/key.ts";
import type { Revision } from "../store/store.ts";
import type { CacheEvent } from "./cache.ts";
import { Index, placeOf, Shelf } from "./shelf.ts";

/** One change, as a store tells it. */
export interface Change {
  readonly key: string;
  readonly revision: Revision;
  readonly resourceVersion: string;
  readonly object: KubeObject;
  readonly deleted: boolean;
  /** `existing`: it was there before we looked; nobody can have missed it. */
  readonly news: "existing" | "live";
}

export class Contents {
  readonly listeners = new Set<(event: CacheEvent) => void>();
  readonly #shelves: ReadonlyMap<string, Shelf>;
  readonly #unknown = new Set<string>();
  readonly #byUid = new Map<string, KubeObject>();
  readonly #dependents = new Index();
  readonly #log: Log;

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a heterogeneous list of kinds has no better type
  constructor(kinds: readonly Kind<any>[], log: Log) {
    this.#shelves = new Map(
      kinds.map((kind) => [shelfName(kind.group, kind.plural), new Shelf(kind as Kind)]),
    );
    this.#log = log;
  }

  shelf(group: string, plural: string): Shelf {
    const shelf = this.#shelves.get(shelfName(group, plural));
    invariant(shelf !== undefined, `the cache was not told of the kind "${plural}"`);
    return shelf;
  }

  shelvesOf(storage: Kind["storage"]): readonly Shelf[] {
    return [...this.#shelves.values()].filter(({ kind }) => kind.storage === storage);
  }

  byUid(uid: string): KubeObject | undefined {
    return this.#byUid.get(uid);
  }

  dependentsOf(uid: string): readonly KubeObject[] {
    return this.#dependents.get(uid);
  }

  apply(change: Change): void {
    const { group, plural, namespace, name } = parseKey(change.key);
    const shelf = this.#shelves.get(shelfName(group, plural));
    if (shelf === undefined) {
      this.#noteUnknown(group, plural);
      return;
    }
    const place = placeOf(namespace, name);
    const previous = shelf.get(place);
    if (previous?.metadata.resourceVersion === change.resourceVersion) return; // Told again after a relist.
    const object = withVersion(change.object, change.resourceVersion);
    if (change.deleted) {
      if (previous !== undefined) this.#remove(shelf, place, { ...change, object });
    } else if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
      // Deleted and created anew before we looked again. To everybody else these are two things that happened.
      this.#remove(shelf, place, { ...change, object: previous, revision: change.revision - 1 });
      this.#put(shelf, place, { ...change, object });
    } else {
      this.#put(shelf, place, { ...change, object });
    }
  }

  /** The object at this place is gone, though nobody told when. */
  forget(shelf: Shelf, place: string, revision: Revision, resourceVersion: string): void {
    const last = shelf.get(place);
    if (last === undefined) return;
    const object = withVersion(last, resourceVersion);
    this.#remove(shelf, place, { revision, object, news: "live" });
  }

  #put(shelf: Shelf, place: string, change: Pick<Change, "object" | "revision" | "news">): void {
    const { object } = change;
    const previous = shelf.get(place);
    shelf.put(place, object);
    this.#byUid.set(object.metadata.uid, object);
    this.#dependents.move(shelfPlace(shelf, place), ownersOf(previous), ownersOf(object), object);
    this.#tell(shelf, change, previous === undefined ? { type: "ADDED" } : { type: "MODIFIED", previous });
  }

  #remove(shelf: Shelf, place: string, change: Pick<Change, "object" | "revision" | "news">): void {
    const previous = shelf.get(place);
    shelf.remove(place);
    if (previous === undefined) return;
    this.#byUid.delete(previous.metadata.uid);
    this.#dependents.move(shelfPlace(shelf, place), ownersOf(previous), [], undefined);
    this.#tell(shelf, change, { type: "DELETED", previous });
  }

  #tell(
    shelf: Shelf,
    { object, revision, news }: Pick<Change, "object" | "revision" | "news">,
    how: Pick<CacheEvent, "type" | "previous">,
  ): void {
    const event: CacheEvent = {
      ...how,
      kind: shelf.kind,
      revision,
      object,
      json: once(() => encode(object)),
    };
    if (news === "live") shelf.ring.add(event);
    // Copies: who begins to watch during this event finds it in the ring.
    for (const listener of [...shelf.watchers, ...this.listeners]) this.#call(listener, event);
  }

  /** One listener's bug must not keep the others from hearing. */
  #call(listener: (event: CacheEvent) => void, event: CacheEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.#log.error("cache.listener-failed", {
        kind: event.kind.kind,
        why: error instanceof Error ? error.stack : String(error),
      });
    }
  }

  #noteUnknown(group: string, plural: string): void {
    const name = shelfName(group, plural);
    if (this.#unknown.has(name)) return;
    this.#unknown.add(name);
    this.#log.warn("cache.kind-unknown", { group, plural });
  }
}

const shelfName = (group: string, plural: string): string => `${group}/${plural}`;

const shelfPlace = ({ kind }: Shelf, place: string): string => `${kind.group}/${kind.plural}/${place}`;

const ownersOf = (object: KubeObject | undefined): readonly string[] =>
  object?.metadata.ownerReferences?.map(({ uid }) => uid) ?? [];

function withVersion(object: KubeObject, resourceVersion: string): KubeObject {
  return Object.freeze({ ...object, metadata: Object.freeze({ ...object.metadata, resourceVersion }) });
}

const encoder = new TextEncoder();
const encode = (object: KubeObject): Uint8Array => encoder.encode(JSON.stringify(object));

function once(make: () => Uint8Array): () => Uint8Array {
  let made: Uint8Array | undefined;
  return () => (made ??= make());
}
