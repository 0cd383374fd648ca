/**
 * What everybody in this process reads: all living objects, indexed, and the recent past.
 *
 * Fed by one follower per store. Objects are frozen and carry their resourceVersion. A reply to a write is sent
 * only when the cache has applied it (`waitFor`), so that everyone reads their own writes.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Revision } from "../store/store.ts";

export interface CacheEvent<T extends KubeObject = KubeObject> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly kind: Kind;
  readonly revision: Revision;
  /** For DELETED: as it was last, with the resourceVersion of the deletion. */
  readonly object: T;
  readonly previous?: T;
  /** The wire form of `object`, made once, for thousands of watches. */
  readonly json: () => Uint8Array;
}

/**
 * A property by which objects of a kind are looked for, and the values that an object has of it. It is kept from its
 * first use on, and known by its identity: make it once.
 */
export interface CacheIndex<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  /** Pure. An empty text counts as no value. */
  readonly valuesOf: (object: T) => readonly string[];
}

export interface Cache {
  /** Every kind that is stored at this moment; custom kinds come and go. */
  kinds(): readonly Kind[];
  get<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined, name: string): T | undefined;
  /** All objects of a kind, or of one namespace. Sorted by namespace and name. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[];
  /**
   * All objects of a kind, or of one namespace, as they were at `revision`, sorted. "gone" when that lies below the ring.
   */
  listAt<T extends KubeObject>(kind: Kind<T>, revision: Revision, namespace?: string): readonly T[] | "gone";
  /** Objects whose controller (ownerReference with controller: true) has this uid. */
  controlledBy<T extends KubeObject>(kind: Kind<T>, ownerUid: string): readonly T[];
  /** Objects of any kind that name this uid among their owners. */
  dependentsOf(ownerUid: string): readonly KubeObject[];
  /** An object of any kind by its uid. */
  byUid(uid: string): KubeObject | undefined;
  /** Pods bound to a node. */
  onNode<T extends KubeObject>(kind: Kind<T>, nodeName: string): readonly T[];
  /** Objects that have this value of an index, in no particular order. */
  indexed<T extends KubeObject>(index: CacheIndex<T>, value: string): readonly T[];
  /** The newest revision applied, of the store that holds this kind. */
  revision(kind: Kind): Revision;
  /** The resourceVersion that stands for `revision(kind)`. */
  resourceVersion(kind: Kind): string;
  /** Resolves when `revision` of the durable store has been applied. Rejects with Trouble("timeout") after `timeoutMs`. */
  waitFor(kind: Kind, revision: Revision, timeoutMs?: number): Promise<void>;
  /**
   * Calls `onEvent` for every change of the kind after `from`, first those of the ring, then live, in order.
   * Returns "gone" when `from` lies below the ring, "future" when it lies above the newest revision.
   */
  watch(kind: Kind, from: Revision, onEvent: (event: CacheEvent) => void): Subscription | "gone" | "future";
  /** Every change of every kind, as it is applied. For controllers. */
  onEvent(listener: (event: CacheEvent) => void): Subscription;
  /** Resolves when everything that existed has been read. */
  readonly synced: Promise<void>;
}

export const cacheLimits = {
  /** Recent events kept per kind for watches that resume. */
  ringEventsMax: 4_096,
  waitForMs: 10_000,
} as const;
