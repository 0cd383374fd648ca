/**
 * A beat: "this board is alive, and here is how it fares". The same bytes on the bus and by UDP.
 *
 * Signed and encoded by adapters/beat-codec.ts. Sequence numbers grow within one agentId, so a recorded
 * beat cannot be played again.
 */
export interface Beat {
  readonly type: "beat";
  readonly node: string;
  /** Differs for every boot of the board. */
  readonly bootId: string;
  /** Differs for every start of the agent. */
  readonly agentId: string;
  readonly sequence: number;
  /** Milliseconds on the board's monotonic clock when it was sent. */
  readonly sentAt: number;
  /** Whether the agent can run pods at this moment. */
  readonly ready: boolean;
}

/** The server's answer by UDP to a beat by UDP: proof for the board that it is heard. */
export interface BeatAck {
  readonly type: "ack";
  readonly node: string;
  readonly agentId: string;
  readonly sequence: number;
}

/** "Are you there?", asked by UDP of a board whose beats are missing. It answers with a beat at once. */
export interface Probe {
  readonly type: "probe";
  readonly node: string;
  readonly sequence: number;
}

/** The agent stops in an orderly way; its pods go on. */
export interface Goodbye {
  readonly type: "goodbye";
  readonly node: string;
  readonly agentId: string;
}

export type Datagram = Beat | BeatAck | Probe | Goodbye;

export const beatLimits = { bytesMax: 1_024, signatureBytes: 16 } as const;

/** How often boards beat, by the size of the fleet: the work of the servers stays bounded. */
export const beatIntervals = [
  { boardsMax: 20, intervalMs: 100 },
  { boardsMax: 100, intervalMs: 250 },
  { boardsMax: 500, intervalMs: 500 },
  { boardsMax: Number.POSITIVE_INFINITY, intervalMs: 1_000 },
] as const;

export const beatIntervalMs = (boards: number): number =>
  beatIntervals.find(({ boardsMax }) => boards <= boardsMax)?.intervalMs ?? 1_000;
