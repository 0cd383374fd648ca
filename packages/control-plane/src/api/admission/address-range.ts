/**
 * Ranges of numbers that services get addresses and ports of: which one is taken next. Pure but for chance.
 *
 * The low band is left to those who choose for themselves, as long as there is anything else: chosen and given numbers
 * seldom meet.
 */
import type { Random } from "@kubus/shared/chance/random.ts";
import { formatAddress, parseAddress, type Range } from "../../kinds/addresses.ts";

export interface Span {
  readonly first: number;
  readonly count: number;
  /** How many at the beginning are left to those who choose. */
  readonly staticCount: number;
}

const bandOf = (count: number, { min, max, share }: { min: number; max: number; share: number }): number =>
  count <= min ? 0 : Math.min(Math.max(min, Math.floor(count / share)), max);

/** Ports of boards: 30000-32767. */
export const nodePorts: Span = {
  first: 30_000,
  count: 2_768,
  staticCount: bandOf(2_768, { min: 16, max: 128, share: 32 }),
};

/** No cluster needs more; larger ranges are used from their beginning. */
const bitsMax = 20;

/** Addresses of a range, as offsets: neither the network's own address nor the last one. */
export function spanOf({ family, prefixBits }: Range): Span {
  const count = Math.max(0, 2 ** Math.min((family === 4 ? 32 : 128) - prefixBits, bitsMax) - 2);
  return { first: 1, count, staticCount: bandOf(count, { min: 16, max: 256, share: 16 }) };
}

/** A free number: one of the upper band by chance, and whatever is left when that is full. */
export function freeIn(
  { first, count, staticCount }: Span,
  isTaken: (number: number) => boolean,
  random: Random,
): number | undefined {
  const upper = count - staticCount;
  const start = Math.floor(random.next() * upper);
  for (let i = 0; i < upper; i += 1) {
    const number = first + staticCount + ((start + i) % upper);
    if (!isTaken(number)) return number;
  }
  for (let i = staticCount - 1; i >= 0; i -= 1) if (!isTaken(first + i)) return first + i;
  return undefined;
}

export const addressAt = ({ family, network }: Range, offset: number): string =>
  formatAddress({ family, value: network + BigInt(offset) });

/** Whether an address may be given to a service of this range. */
export function isUsable({ family, network, prefixBits }: Range, text: string): boolean {
  const address = parseAddress(text);
  if (address?.family !== family) return false;
  const size = 1n << BigInt((family === 4 ? 32 : 128) - prefixBits);
  const offset = address.value - network;
  return offset > 0n && offset < (family === 4 ? size - 1n : size);
}
