/** The pod network of a board without root: there is none. Pods have the board's own address. */
import type { PodNetwork } from "../../ports/network.ts";

export function plainNetwork(address: string): PodNetwork {
  return {
    prepare: () => Promise.resolve(),
    syncPeers: () => Promise.resolve(),
    attach: () => Promise.resolve({ ip: address }),
    detach: () => Promise.resolve(),
    onLinkChange: () => ({ unsubscribe: () => undefined }),
  };
}
