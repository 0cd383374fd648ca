/**
 * Words that a write has taken and the cache does not show yet: an address, a port.
 *
 * Choosing and taking happen without a pause in between, so on one server no two writes ever choose the same.
 */
export interface Reservations {
  readonly has: (word: string) => boolean;
  /** What follows a prefix in all words that begin with it. */
  readonly words: (prefix: string) => readonly string[];
  /** Takes a word until the function that comes back is called. A word may be taken more than once. */
  readonly take: (word: string) => () => void;
}

export function makeReservations(): Reservations {
  const taken = new Map<string, number>();
  return {
    has: (word) => taken.has(word),
    words: (prefix) =>
      [...taken.keys()].filter((word) => word.startsWith(prefix)).map((word) => word.slice(prefix.length)),
    take: (word) => {
      taken.set(word, (taken.get(word) ?? 0) + 1);
      return () => {
        const left = (taken.get(word) ?? 1) - 1;
        if (left === 0) taken.delete(word);
        else taken.set(word, left);
      };
    },
  };
}
