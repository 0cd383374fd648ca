/**
 * The message bus as a port: at most once, no memory, ordered per sender and subject.
 *
 * Implementations: `memory-bus.ts` here (with fault switches, for tests and the simulation) and the
 * NATS adapters of both sides. All pass `bus.contract.ts`.
 */
export interface Message {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** Answers a request. Does nothing when the message was not one. */
  respond(payload: Uint8Array): void;
}

export type BusState = "connected" | "disconnected" | "closed";

export interface Subscription {
  unsubscribe(): void;
}

export interface Bus {
  /** Sends and forgets. While disconnected the message is dropped, never queued. */
  publish(subject: string, payload: Uint8Array): void;
  /**
   * `subject` may hold the wildcards `*` (one token) and `>` (the rest).
   * With `queue`, each message goes to one member of the queue only.
   */
  subscribe(
    subject: string,
    onMessage: (message: Message) => void,
    options?: { readonly queue?: string },
  ): Subscription;
  /** Rejects with `Trouble`: timeout, noResponders, disconnected, closed. */
  request(
    subject: string,
    payload: Uint8Array,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Uint8Array>;
  /** Resolves when the server has everything that was published or subscribed before. */
  flush(): Promise<void>;
  state(): BusState;
  onState(listener: (state: BusState) => void): Subscription;
  close(): Promise<void>;
}
