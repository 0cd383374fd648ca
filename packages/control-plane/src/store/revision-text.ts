/**
 * Revisions as resourceVersions, and back. Pure.
 *
 * A transient store forgets its revisions when it begins anew. Its texts are prefixed with the time at which it began,
 * so that those of a former life are known as such and every new one is greater.
 */
import type { Revision } from "./store.ts";

export interface RevisionText {
  format(revision: Revision): string;
  /** Undefined when the text is none of this store's. */
  parse(text: string): Revision | undefined;
}

/** Between two lives lie so many revisions per millisecond; the sum still fits 64 bits. */
const perMs = 1_000_000n;
/** No life has more revisions. */
const perLife = 1_000_000_000n;
const decimal = /^(0|[1-9]\d{0,19})$/;

export const durableRevisions: RevisionText = {
  format: (revision) => String(revision),
  parse: (text) => {
    const revision = Number(text);
    return decimal.test(text) && Number.isSafeInteger(revision) ? revision : undefined;
  },
};

/** `beganAt`: wall-clock milliseconds at which the present life of the store began. */
export function transientRevisions(beganAt: () => number): RevisionText {
  const base = () => BigInt(Math.floor(beganAt())) * perMs;
  return {
    format: (revision) => String(base() + BigInt(revision)),
    parse: (text) => {
      if (text === "0") return 0;
      if (!decimal.test(text)) return undefined;
      const revision = BigInt(text) - base();
      return revision >= 0n && revision < perLife ? Number(revision) : undefined;
    },
  };
}
