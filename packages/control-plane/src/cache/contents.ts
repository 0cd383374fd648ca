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
import { formatKey, parseKey } from "../store/key.ts";
import type { Revision } from "../store/store.ts";
import type { CacheEvent } from "./cache.ts";
import { jsonOf } from "./json.ts";
import { Index, placeOf, Shelf } from "./shelf.ts";

/** One change, as a store tells it. */
export interface Change {
  readonly key: string;
  readonly revision: Revision;
  readonly resourceVersion: string;
  readonly object: KubeObject;
  readonly deleted: boolean;
  /** Which store told it. */
  readonly storage: Kind["storage"];
  /** `existing`: it was there before we looked; nobody can have missed it. */
  readonly news: "existing" | "live";
}

export class Contents {
  readonly listeners = new Set<(event: CacheEvent) => void>();
  readonly #shelves = new Map<string, Shelf>();
  /** What was told of kinds that nobody knows yet, by key: their definition may come later. */
  readonly #waiting = new Map<string, Change>();
  /** Kinds that were known once. */
  readonly #gone = new Set<string>();
  readonly #unknown = new Set<string>();
  readonly #byUid = new Map<string, KubeObject>();
  readonly #dependents = new Index();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Makes room for these kinds and no others. `floorOf`: the newest revision of a store. What was told of a new kind
   * before is put on its shelf; what lies on the shelf of one that goes waits in case it comes again.
   */
  setKinds(kinds: readonly Kind[], floorOf: (storage: Kind["storage"]) => Revision): void {
    const names = new Set(kinds.map(({ group, plural }) => shelfName(group, plural)));
    for (const [name, shelf] of this.#shelves) if (!names.has(name)) this.#close(name, shelf);
    for (const kind of kinds) {
      const name = shelfName(kind.group, kind.plural);
      const shelf = this.#shelves.get(name);
      if (shelf === undefined) this.#open(name, new Shelf(kind, floorOf(kind.storage)));
      else if (shelf.kind !== kind) this.#redefine(shelf, kind);
    }
  }

  kinds(): readonly Kind[] {
    return [...this.#shelves.values()].map(({ kind }) => kind);
  }

  shelf(group: string, plural: string): Shelf {
    const name = shelfName(group, plural);
    const shelf = this.#shelves.get(name);
    // Somebody still holds the row of a kind that is gone: nothing is left of it.
    if (shelf === undefined && this.#gone.has(name)) return new Shelf(goneKind);
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
      this.#keepWaiting(change, group, plural);
      return;
    }
    const place = placeOf(namespace, name);
    const previous = shelf.get(place);
    if (previous?.metadata.resourceVersion === change.resourceVersion) return; // Told again after a relist.
    const object = withVersion(shown(shelf.kind, change.object), change.resourceVersion);
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

  /** Keys that wait for their kind. */
  waitingFrom(storage: Kind["storage"]): readonly string[] {
    return [...this.#waiting.values()].filter((change) => change.storage === storage).map(({ key }) => key);
  }

  forgetWaiting(key: string): void {
    this.#waiting.delete(key);
  }

  #open(name: string, shelf: Shelf): void {
    this.#shelves.set(name, shelf);
    this.#gone.delete(name);
    for (const [key, change] of this.#waiting) {
      const { group, plural } = parseKey(key);
      if (shelfName(group, plural) !== name) continue;
      this.#waiting.delete(key);
      this.apply({ ...change, news: "existing" });
    }
  }

  #close(name: string, shelf: Shelf): void {
    this.#shelves.delete(name);
    this.#gone.add(name);
    const { group, plural, storage } = shelf.kind;
    for (const place of shelf.places()) {
      const object = shelf.get(place);
      if (object === undefined) continue;
      const { namespace = "", name: own, uid, resourceVersion } = object.metadata;
      const key = formatKey({ group, plural, namespace, name: own });
      this.#byUid.delete(uid);
      this.#dependents.move(shelfPlace(shelf, place), ownersOf(object), [], undefined);
      this.#waiting.set(key, {
        ...{ key, object, resourceVersion, storage },
        revision: shelf.ring.floor,
        deleted: false,
        news: "existing",
      });
    }
  }

  /** The same objects, as the new row shows them. Nobody wrote anything, so nobody is told. */
  #redefine(shelf: Shelf, kind: Kind): void {
    shelf.kind = kind;
    if (kind.fromStore === undefined) return;
    for (const place of shelf.places()) {
      const held = shelf.get(place);
      if (held === undefined) continue;
      const object = withVersion(shown(kind, held), held.metadata.resourceVersion);
      shelf.put(place, object);
      this.#byUid.set(object.metadata.uid, object);
      this.#dependents.move(shelfPlace(shelf, place), ownersOf(held), ownersOf(object), object);
    }
  }

  #keepWaiting(change: Change, group: string, plural: string): void {
    this.#noteUnknown(group, plural);
    if (change.deleted) this.#waiting.delete(change.key);
    else this.#waiting.set(change.key, change);
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
      json: () => jsonOf(object),
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
    this.#log.info("cache.kind-unknown", { group, plural });
  }
}

const goneKind = { group: "", plural: "", storage: "none" } as Kind;

/** A stored object as its kind shows it. */
const shown = (kind: Kind, object: KubeObject): KubeObject => kind.fromStore?.(object) ?? object;

const shelfName = (group: string, plural: string): string => `${group}/${plural}`;

const shelfPlace = ({ kind }: Shelf, place: string): string => `${kind.group}/${kind.plural}/${place}`;

const ownersOf = (object: KubeObject | undefined): readonly string[] =>
  object?.metadata.ownerReferences?.map(({ uid }) => uid) ?? [];

function withVersion(object: KubeObject, resourceVersion: string): KubeObject {
  return Object.freeze({ ...object, metadata: Object.freeze({ ...object.metadata, resourceVersion }) });
}
