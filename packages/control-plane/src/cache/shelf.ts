/**
 * All living objects of one kind, indexed the ways in which they are looked for.
 *
 * Indexes hold the same frozen objects; a change replaces an object in all of them at once.
 */
import { controllerOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import type { Kind } from "../kinds/kind.ts";
import type { CacheEvent, CacheIndex } from "./cache.ts";
import { Ring } from "./ring.ts";
import { SortedKeys } from "./sorted-keys.ts";

/** Sorts by namespace, then name: no name holds a character below a space. */
export const placeOf = (namespace: string, name: string): string => `${namespace}\u0000${name}`;

export class Shelf {
  /** The row as it is now: custom kinds may be defined anew. */
  kind: Kind;
  readonly ring: Ring;
  readonly watchers = new Set<(event: CacheEvent) => void>();
  readonly #held = new Map<string, KubeObject>();
  readonly #keys = new SortedKeys();
  readonly #byController = new Index();
  readonly #byNode = new Index();
  /** Those that somebody has asked for. */
  readonly #asked = new Map<CacheIndex, Index>();
  /** Lists are asked for far more often than anything changes. */
  #lists = new Map<string, readonly KubeObject[]>();

  /** `floor`: what was before is nobody's matter. */
  constructor(kind: Kind, floor = 0) {
    this.kind = kind;
    this.ring = new Ring(floor);
  }

  get(place: string): KubeObject | undefined {
    return this.#held.get(place);
  }

  places(): readonly string[] {
    return [...this.#keys.all()];
  }

  list(namespace: string | undefined): readonly KubeObject[] {
    const known = this.#lists.get(namespace ?? "");
    if (known !== undefined) return known;
    const places =
      namespace === undefined ? this.#keys.all() : this.#keys.startingWith(placeOf(namespace, ""));
    const list = Object.freeze(places.flatMap((place) => this.#held.get(place) ?? []));
    this.#lists.set(namespace ?? "", list);
    return list;
  }

  controlledBy(uid: string): readonly KubeObject[] {
    return this.#byController.get(uid);
  }

  onNode(name: string): readonly KubeObject[] {
    return this.#byNode.get(name);
  }

  indexed(by: CacheIndex, value: string): readonly KubeObject[] {
    return (this.#asked.get(by) ?? this.#begin(by)).get(value);
  }

  put(place: string, object: KubeObject): void {
    const previous = this.#held.get(place);
    this.#held.set(place, object);
    if (previous === undefined) this.#keys.add(place);
    this.#reindex(place, previous, object);
  }

  remove(place: string): void {
    const previous = this.#held.get(place);
    if (previous === undefined) return;
    this.#held.delete(place);
    this.#keys.delete(place);
    this.#reindex(place, previous, undefined);
  }

  #begin(by: CacheIndex): Index {
    const index = new Index();
    for (const [place, object] of this.#held) index.move(place, [], by.valuesOf(object), object);
    this.#asked.set(by, index);
    return index;
  }

  #reindex(place: string, previous: KubeObject | undefined, next: KubeObject | undefined): void {
    if (this.#lists.size > 0) this.#lists = new Map();
    this.#byController.move(place, [uidOfController(previous)], [uidOfController(next)], next);
    this.#byNode.move(place, [nodeOf(previous)], [nodeOf(next)], next);
    for (const [by, index] of this.#asked) {
      index.move(place, valuesIn(by, previous), valuesIn(by, next), next);
    }
  }
}

const valuesIn = (by: CacheIndex, object: KubeObject | undefined): readonly string[] =>
  object === undefined ? [] : by.valuesOf(object);

const uidOfController = (object: KubeObject | undefined) =>
  object === undefined ? undefined : controllerOf(object)?.uid;

const nodeOf = (object: KubeObject | undefined) =>
  (object as { readonly spec?: { readonly nodeName?: string } } | undefined)?.spec?.nodeName;

/** From a property of objects (an owner's uid, a node's name) to the objects that have it. */
export class Index {
  readonly #groups = new Map<string, Map<string, KubeObject>>();

  get(value: string): readonly KubeObject[] {
    return [...(this.#groups.get(value)?.values() ?? [])];
  }

  /** The object at `place` had the values `before` and has the values `after` now. */
  move(
    place: string,
    before: readonly (string | undefined)[],
    after: readonly (string | undefined)[],
    object: KubeObject | undefined,
  ): void {
    for (const value of before) {
      if (value !== undefined && !after.includes(value)) this.#drop(value, place);
    }
    if (object === undefined) return;
    for (const value of after) {
      if (value === undefined || value === "") continue;
      const group = this.#groups.get(value) ?? new Map<string, KubeObject>();
      this.#groups.set(value, group.set(place, object));
    }
  }

  #drop(value: string, place: string): void {
    const group = this.#groups.get(value);
    group?.delete(place);
    if (group?.size === 0) this.#groups.delete(value);
  }
}
