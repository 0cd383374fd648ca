/** A board's block of addresses: .1 is the bridge, the rest are pods'. Pure. */

const parse = (text: string) => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const format = (address: number) =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

export interface Block {
  readonly gateway: string;
  readonly prefix: number;
  readonly network: string;
}

/** `cidr` is IPv4, such as `10.244.1.0/24`. Throws when it is not, or too small for a pod. */
export function blockOf(cidr: string): Block {
  const [address = "", bits = ""] = cidr.split("/");
  const prefix = Number(bits);
  const isBlock = /^\d+(\.\d+){3}$/.test(address) && prefix >= 8 && prefix <= 29;
  if (!isBlock) throw new Error(`"${cidr}" is not a block of pod addresses, such as 10.244.1.0/24.`);
  const network = parse(address) - (parse(address) % 2 ** (32 - prefix));
  return { network: `${format(network)}/${prefix}`, gateway: format(network + 1), prefix };
}

/** The addresses for pods, in a circle that begins after `last`. */
export function* hostsOf(cidr: string, last: string | undefined): Generator<string> {
  const { network, prefix } = blockOf(cidr);
  const base = parse(network.split("/")[0] ?? "");
  const first = 2;
  const count = 2 ** (32 - prefix) - first - 1;
  const start = last === undefined ? 0 : Math.max(0, parse(last) - base - first + 1);
  for (let i = 0; i < count; i += 1) yield format(base + first + ((start + i) % count));
}
