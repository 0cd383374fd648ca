/** Chance and identity as a port, so that a seed replays a run. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An RFC 4122 version 4 identifier. */
  uuid(): string;
  /** `length` characters of Kubernetes' name alphabet (no vowels, nothing that looks alike). */
  suffix(length: number): string;
}

/** The alphabet of generated names: k8s.io/apimachinery `util/rand`. */
const nameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

/** Builds the port on any source of numbers in [0, 1). */
export function randomFrom(next: () => number): Random {
  const pick = (alphabet: string) => alphabet.charAt(Math.floor(next() * alphabet.length));
  const pickMany = (alphabet: string, length: number) =>
    Array.from({ length }, () => pick(alphabet)).join("");
  return {
    next,
    suffix: (length) => pickMany(nameAlphabet, length),
    uuid: () => {
      const hex = (length: number) => pickMany("0123456789abcdef", length);
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${pick("89ab")}${hex(3)}-${hex(12)}`;
    },
  };
}

/** A generator that repeats itself for the same seed (mulberry32). Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return randomFrom(() => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  });
}
