/** How an agent presents itself, and what it is told. JSON on `hello`. */
export interface Hello {
  readonly node: string;
  /** Differs for every boot of the board. */
  readonly bootId: string;
  /** Differs for every start of the agent. */
  readonly agentId: string;
  readonly version: string;
  /** The board's own address on the cluster's network. */
  readonly address: string;
  /** Where the agent listens for UDP. */
  readonly udpPort: number;
}

export interface HelloReply {
  /** Wall-clock milliseconds at the server, for boards without a clock of their own. */
  readonly now: number;
  /** Signs beats (HMAC-SHA-256). Hex. Valid for this node only; the servers derive it, nobody stores it. */
  readonly beatKey: string;
  readonly beatIntervalMs: number;
  /** Where to send UDP beats: every living server. */
  readonly beatTargets: readonly { readonly host: string; readonly port: number }[];
}
