/**
 * When each key was last written, oldest first: which tombstones may go, and what is too old in a transient store.
 *
 * Fed by what followers see, in the order of revisions, so the order of insertion is the order of age.
 */
import type { Revision } from "../../store/store.ts";

export interface Aged {
  readonly subject: string;
  readonly revision: Revision;
  /** Wall-clock milliseconds. */
  readonly writtenAt: number;
  readonly deleted: boolean;
}

export class Aging {
  readonly #entries = new Map<string, Aged>();
  readonly #keeps: "tombstones" | "everything";

  constructor(keeps: "tombstones" | "everything") {
    this.#keeps = keeps;
  }

  note(seen: Aged): void {
    const known = this.#entries.get(seen.subject);
    if (known !== undefined && known.revision >= seen.revision) return; // A second follower listing.
    this.#entries.delete(seen.subject);
    if (this.#keeps === "everything" || seen.deleted) this.#entries.set(seen.subject, seen);
  }

  /** Everything that was last written before `limit` (wall-clock milliseconds). */
  before(limit: number): readonly Aged[] {
    return [...this.#entries.values()].filter(({ writtenAt }) => writtenAt < limit);
  }

  forget({ subject, revision }: Aged): void {
    if (this.#entries.get(subject)?.revision === revision) this.#entries.delete(subject);
  }

  clear(): void {
    this.#entries.clear();
  }
}
