/** The board's part of the pod network. */
export interface Peer {
  readonly node: string;
  /** The board's address on the cluster's network. */
  readonly address: string;
  readonly podCidr: string;
}

export interface PodNetwork {
  /** Makes the board ready to hold pods: bridge, forwarding. Idempotent; called again when a link returns. */
  prepare(podCidr: string): Promise<void>;
  /** Routes to the pods of all other boards, exactly these. */
  syncPeers(peers: readonly Peer[]): Promise<void>;
  /** Gives the pod's network namespace an address and links it. Idempotent per pod. */
  attach(podUid: string, netnsPath: string): Promise<{ readonly ip: string }>;
  detach(podUid: string): Promise<void>;
  /** Called on a change of the board's own link, for example a cable that returned. */
  onLinkChange(listener: (state: "up" | "down") => void): { unsubscribe(): void };
}
