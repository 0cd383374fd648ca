/**
 * Address ranges for a cluster: free on this machine, so that several clusters live side by side. Pure.
 *
 * There are 64 slots. Slot 0 has the ranges that Kubernetes' own tools use by default.
 */
export interface Ranges {
  readonly slot: number;
  /** Boards, servers and the machine's own end: `10.77.0`, a /24. */
  readonly nodePrefix: string;
  readonly nodeCidr: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
}

export const slotCount = 64;

export function rangesOf(slot: number): Ranges {
  const nodePrefix = `10.77.${slot}`;
  return {
    slot,
    nodePrefix,
    nodeCidr: `${nodePrefix}.0/24`,
    podCidr: `10.${244 - slot}.0.0/16`,
    serviceCidr: `10.${96 + Math.floor(slot / 16)}.${(slot % 16) * 16}.0/20`,
  };
}

/** Addresses in the node network: the machine, servers, boards. */
export const placeLimits = {
  machine: 1,
  firstServer: 2,
  serversMax: 8,
  firstBoard: 11,
  boardsMax: 200,
} as const;

/** Slots whose ranges collide with nothing in `taken` (CIDRs or addresses), best first. */
export function freeSlots(taken: readonly string[]): readonly number[] {
  const blocks = taken.map(blockOf).filter((block) => block !== undefined);
  return Array.from({ length: slotCount }, (_, slot) => slot).filter((slot) => {
    const { nodeCidr, podCidr, serviceCidr } = rangesOf(slot);
    return ![nodeCidr, podCidr, serviceCidr].some((cidr) => {
      const own = blockOf(cidr);
      return own !== undefined && blocks.some((block) => overlap(own, block));
    });
  });
}

interface Block {
  readonly first: number;
  readonly last: number;
}

/** Undefined for what is no IPv4 range; `default` and `0.0.0.0/0` take nothing. */
function blockOf(cidr: string): Block | undefined {
  const [address = "", bits = "32"] = cidr.split("/");
  const bytes = address.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !Number.isInteger(byte)) || Number(bits) === 0)
    return undefined;
  const size = 2 ** (32 - Number(bits));
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}

const overlap = (a: Block, b: Block) => a.first <= b.last && b.first <= a.last;

/** The first address of the service range: the API's own. */
export const apiServiceAddress = (serviceCidr: string): string =>
  (serviceCidr.split("/")[0] ?? "").replace(/\.0$/, ".1");
