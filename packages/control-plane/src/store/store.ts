/**
 * Where objects live. The only memory of the cluster.
 *
 * A store is one totally ordered log of revisions. Every write names the revision it builds on; whoever is
 * late gets a conflict. Implementations: `memory-store.ts` (reference, for tests and the simulation) and
 * `adapters/nats/` (JetStream); both pass `store.contract.ts`.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Subscription } from "@kubus/shared/bus/bus.ts";

/** Grows by at least one with every write. 1 is the first. Within one store only. */
export type Revision = number;

export interface Entry {
  /** `group/plural/namespace/name`: see key.ts. */
  readonly key: string;
  readonly revision: Revision;
  /** As it was written, without resourceVersion. For a deletion: the object as it was last. */
  readonly object: KubeObject;
  readonly deleted: boolean;
}

export interface Follower {
  /**
   * Called for every change in order, first with what exists (one entry per living key, in ascending revision),
   * then live. Never called twice for a revision, never out of order.
   */
  readonly onEntry: (entry: Entry) => void;
  /** Called once, when all that existed at the start was delivered. `revision` is the newest one seen. */
  readonly onSynced: (revision: Revision) => void;
  /**
   * What was delivered may have outlived the store: it was away for longer than it keeps tombstones, or a transient
   * one began anew. Everything that exists follows once more, then `onSynced`; what does not come again is gone.
   */
  readonly onRelist: () => void;
  /** An entry whose checksum is wrong: reported, never served. */
  readonly onBroken: (key: string, revision: Revision, why: string) => void;
}

export interface Store {
  /** Rejects with `Conflict` when the key exists, else as `update`. */
  create(key: string, object: KubeObject): Promise<Revision>;
  /**
   * Rejects with `Conflict` when the key's last revision is not `expected`, with `Trouble("unknownOutcome")` when
   * nobody can tell whether it was written (re-read before answering), with other `Trouble` when it was not.
   */
  update(key: string, object: KubeObject, expected: Revision): Promise<Revision>;
  /** Writes a tombstone that holds `last`. The key can be created again afterwards. */
  delete(key: string, last: KubeObject, expected: Revision): Promise<Revision>;
  /** The newest entry as the store itself has it (not a cache), or undefined when it never was or is gone. */
  get(key: string): Promise<Entry | undefined>;
  /** Follows the whole store. Survives reconnects of the bus without gap or duplicate. */
  follow(follower: Follower): Promise<Subscription>;
  /**
   * Forgets tombstones older than `olderThanMs` (at least `tombstoneAgeMinMs`) that this process has seen while
   * following. Returns how many. Safe against a re-creation at the same moment.
   */
  purgeTombstones(olderThanMs: number): Promise<number>;
  /** The resourceVersion of a revision, and back. `undefined` when the text is none of this store's. */
  formatRevision(revision: Revision): string;
  parseRevision(resourceVersion: string): Revision | undefined;
}

export const storeLimits = {
  /** The largest object, as JSON. Larger ones are refused with Trouble("tooLarge"). */
  objectBytesMax: 1_536 * 1024,
  /** How long a write is tried while the bus reconnects or elects a leader. */
  deadlineMs: 10_000,
  /** A write that was not acknowledged within is looked up. */
  ackMs: 2_000,
  /** No tombstone goes earlier: a follower that was away for less has missed none. */
  tombstoneAgeMinMs: 300_000,
  /** Tombstones older than this are forgotten by and by. */
  tombstoneAgeMs: 600_000,
  /** What lives in a transient store goes when it was not written for so long. */
  transientAgeMaxMs: 3_600_000,
} as const;

/** Somebody else was faster. */
export class Conflict extends Error {
  override readonly name = "Conflict";
}
