/**
 * A beat: "this board is alive, and here is how it fares". The same bytes on the bus and by UDP.
 *
 * 16 bytes of HMAC-SHA-256 over the rest, then JSON. Sequence numbers grow within one agentId, so a
 * recorded beat cannot be played again.
 */
export interface Beat {
  readonly node: string;
  readonly bootId: string;
  readonly agentId: string;
  readonly sequence: number;
  /** Milliseconds on the board's monotonic clock when it was sent. */
  readonly sentAt: number;
  /** Whether the agent can run pods at this moment. */
  readonly ready: boolean;
}

/** The server's answer by UDP to a beat by UDP, signed the same way: proof for the board that it is heard. */
export interface BeatAck {
  readonly sequence: number;
  readonly agentId: string;
}

export const beatLimits = { bytesMax: 1_024, signatureBytes: 16 } as const;
