/**
 * Keeps the board's part of the pod network as the API's nodes say: its own addresses, the routes to its peers.
 *
 * The board's own pod addresses are remembered on disk, so that it can run pods before any server answers.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { startKeeper } from "../keeper/keeper.ts";
import type { Peer, PodNetwork } from "../ports/network.ts";
import type { Records } from "../ports/records.ts";

export interface WiringOptions {
  readonly node: string;
  readonly network: PodNetwork;
  readonly records: Pick<Records, "podCidr" | "savePodCidr">;
  readonly nodes: () => { readonly objects: ReadonlyMap<string, Node>; readonly isKnown: () => boolean };
  readonly clock: Clock;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
  /** The board can hold pods. May be called again. */
  readonly onPrepared: () => void;
}

export interface Wiring {
  look(): void;
  stop(): void;
}

/** The other boards' addresses, in a stable order. Boards that have no pod addresses yet are left out. */
export const peersOf = (nodes: Iterable<Node>, own: string): readonly Peer[] =>
  [...nodes]
    .filter(({ metadata }) => metadata.name !== own)
    .flatMap(({ metadata, spec, status }) => {
      const address = status?.addresses?.find(({ type }) => type === "InternalIP")?.address;
      const { podCIDR } = spec;
      return address === undefined || podCIDR === undefined
        ? []
        : [{ node: metadata.name, address, podCidr: podCIDR }];
    })
    .sort((a, b) => (a.node < b.node ? -1 : 1));

export function startWiring(options: WiringOptions): Wiring {
  const { node, network, records, nodes, onPrepared, ...run } = options;
  let prepared: string | undefined;
  let synced = "";

  const keep = async () => {
    const { objects, isKnown } = nodes();
    const told = objects.get(node)?.spec.podCIDR;
    const cidr = told ?? prepared ?? (await records.podCidr());
    if (cidr === undefined) return;
    if (cidr !== prepared) {
      await network.prepare(cidr);
      prepared = cidr;
      if (told !== undefined) await records.savePodCidr(told);
      onPrepared();
    }
    // An unread list is no news: the routes of an earlier agent stay.
    if (!isKnown()) return;
    const peers = peersOf(objects.values(), node);
    const wanted = JSON.stringify(peers);
    if (wanted === synced) return;
    await network.syncPeers(peers);
    synced = wanted;
  };

  const keeper = startKeeper({ what: "pod network", keep, ...run });
  const links = network.onLinkChange((state) => {
    if (state !== "up") return;
    // The kernel drops routes with their link: all of it is made again.
    prepared = undefined;
    synced = "";
    keeper.look();
  });
  keeper.look();
  return {
    look: () => keeper.look(),
    stop: () => {
      links.unsubscribe();
      keeper.stop();
    },
  };
}
