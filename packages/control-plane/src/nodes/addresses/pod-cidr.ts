/**
 * Blocks of pod addresses: one /24 of the cluster's range for each board. Pure.
 */

/** Bits of a board's block: 254 addresses, twice the pods of a large board. */
const blockBits = 24;

/** The first block of `range` that is not taken, or undefined when the range is full. Blocks are CIDR text. */
export function freeBlock(range: string, taken: ReadonlySet<string>): string | undefined {
  const { base, bits } = parseCidr(range);
  const count = 2 ** (blockBits - bits);
  for (let index = 0; index < count; index += 1) {
    const block = `${formatAddress(base + index * 2 ** (32 - blockBits))}/${blockBits}`;
    if (!taken.has(block)) return block;
  }
  return undefined;
}

/** Throws when the text is not an IPv4 range of at least one block. */
export function parseCidr(cidr: string): { readonly base: number; readonly bits: number } {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [, ...parts] = match ?? [];
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = parts.map(Number);
  const isAddress = [a, b, c, d].every((part) => part <= 255);
  if (!isAddress || bits > blockBits) {
    throw new Error(`"${cidr}" is not an IPv4 range of /${blockBits} or wider, such as 10.244.0.0/16.`);
  }
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { base: address - (address % 2 ** (32 - bits)), bits };
}

const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
