/** IPv4 addresses of one board's pods. Pure. */
export interface Cidr {
  /** The network's own address, as a number. */
  readonly base: number;
  readonly prefix: number;
}

/** Undefined when it is not an IPv4 network with room for a pod (at most /30). */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = "", length = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(text) ?? [];
  const [number, prefix] = [numberOf(address), Number(length)];
  if (number === undefined || length === "" || prefix < 8 || prefix > 30) return undefined;
  return { base: number - (number % 2 ** (32 - prefix)), prefix };
}

/** The board's own address on its pods' network: the first. */
export const gatewayOf = ({ base }: Cidr): string => textOf(base + 1);

/**
 * The next free address after the one given out last, so that one just returned rests as long as possible.
 * Undefined when all are taken.
 */
export function nextAddress(
  cidr: Cidr,
  taken: ReadonlySet<string>,
  last: string | undefined,
): string | undefined {
  const [first, count] = [cidr.base + 2, 2 ** (32 - cidr.prefix) - 3];
  const from = last === undefined ? 0 : Math.max(0, (numberOf(last) ?? first) - first + 1);
  for (let step = 0; step < count; step += 1) {
    const address = textOf(first + ((from + step) % count));
    if (!taken.has(address)) return address;
  }
  return undefined;
}

/** A hardware address that follows from the address: who gets it later is reached by old ARP entries too. */
export const hardwareAddress = (address: string): string =>
  ["0a", "58", ...address.split(".").map((part) => Number(part).toString(16).padStart(2, "0"))].join(":");

function numberOf(address: string): number | undefined {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((number, part) => number * 256 + part, 0);
}

const textOf = (number: number) =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
