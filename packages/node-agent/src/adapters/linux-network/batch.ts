/** What `ip -batch` is told. Pure. */
import { createHash } from "node:crypto";
import type { Peer } from "../../ports/network.ts";
import { gatewayOf, hardwareAddress, type Cidr } from "./addresses.ts";

export const bridge = "cni0";
/** Marks routes as ours: others are never touched. A number that no routing daemon uses. */
export const routeProtocol = 75;
/** A pod's own end of its cable. */
const podLink = "eth0";

/** The board's end of a pod's cable: unique in the board's namespace, at most 15 characters. */
export const linkOf = (podUid: string): string =>
  `veth${createHash("sha256").update(podUid).digest("hex").slice(0, 11)}`;

/** The link itself remembers whose it is: no file can disagree with it. */
const aliasOf = (podUid: string, address: string) => `kubus:${address}:${podUid}`;

export interface Lease {
  readonly podUid: string;
  readonly address: string;
}

/** Of a link's alias; undefined for a link that is not a pod's. */
export function leaseOf(alias: string | undefined): Lease | undefined {
  const [, address, podUid] = /^kubus:([\d.]+):(.+)$/.exec(alias ?? "") ?? [];
  return address === undefined || podUid === undefined ? undefined : { podUid, address };
}

/** `isNew`: the bridge is not there yet. A fixed hardware address: the kernel's own would follow the ports. */
export const bridgeLines = (cidr: Cidr, isNew: boolean): readonly string[] => [
  ...(isNew
    ? [`link add ${bridge} address ${hardwareAddress(gatewayOf(cidr))} type bridge forward_delay 0`]
    : []),
  `addr replace ${gatewayOf(cidr)}/${cidr.prefix} dev ${bridge}`,
  `link set ${bridge} up`,
];

/** On the board's side: the cable, plugged into the bridge, reflecting what a pod sends to itself by a service. */
export function cableLines({ podUid, address }: Lease, netnsPath: string): readonly string[] {
  const link = linkOf(podUid);
  return [
    `link add ${link} type veth peer name ${podLink} netns ${netnsPath} address ${hardwareAddress(address)}`,
    `link set ${link} alias ${aliasOf(podUid, address)} addrgenmode none master ${bridge} up`,
    `link set ${link} type bridge_slave hairpin on`,
  ];
}

/** On the pod's side. */
export const podLines = (cidr: Cidr, address: string): readonly string[] => [
  "link set lo up",
  `addr add ${address}/${cidr.prefix} dev ${podLink}`,
  `link set ${podLink} up`,
  `route add default via ${gatewayOf(cidr)}`,
];

export interface Route {
  readonly dst: string;
  readonly gateway?: string;
}

/** From the routes that are ours now to exactly the peers'; the board's own range is no route. */
export function routeLines(
  peers: readonly Peer[],
  now: readonly Route[],
  own: string | undefined,
): { readonly replace: readonly string[]; readonly remove: readonly string[] } {
  const wanted = new Map(
    peers.filter(({ podCidr }) => podCidr !== own).map((peer) => [peer.podCidr, peer.address]),
  );
  const right = new Set(now.filter(({ dst, gateway }) => wanted.get(dst) === gateway).map(({ dst }) => dst));
  return {
    replace: [...wanted]
      .filter(([podCidr]) => !right.has(podCidr))
      .map(([podCidr, address]) => `route replace ${podCidr} via ${address} proto ${routeProtocol}`),
    remove: now
      .filter(({ dst }) => !wanted.has(dst))
      .map(({ dst }) => `route del ${dst} proto ${routeProtocol}`),
  };
}

/** Of a line of `ip -oneline link`: `5: eth0@if6: <...`. Undefined for another line. */
export const linkNameOf = (line: string): string | undefined =>
  /^(?:Deleted )?\d+: ([^:@]+)[:@]/.exec(line)?.[1];

/** Of a line of `ip -oneline link`. Undefined for another line. */
export function linkStateOf(line: string): "up" | "down" | undefined {
  const flags = /^(?:Deleted )?\d+: [^<]*<([^>]*)>/.exec(line)?.[1]?.split(",");
  if (flags === undefined) return undefined;
  return !line.startsWith("Deleted") && flags.includes("UP") && flags.includes("LOWER_UP") ? "up" : "down";
}
