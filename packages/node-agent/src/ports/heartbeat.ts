/** The board's beats to the servers, as the rest of the agent sees them. Implemented in ../adapters/heartbeat/. */
export interface Heartbeat {
  /** Says hello and beats from then on. Resolves when the first hello was answered. */
  start(): Promise<void>;
  /** Whether this agent can run pods at this moment: carried in every beat. */
  setReady(ready: boolean): void;
  /** Tells the servers that the agent stops while its pods go on, and ends the beats. */
  goodbye(): Promise<void>;
}

/** Datagrams as the heartbeat needs them. */
export interface Datagrams {
  send(bytes: Uint8Array, to: { readonly host: string; readonly port: number }): void;
  onDatagram(
    listener: (bytes: Uint8Array, from: { readonly host: string; readonly port: number }) => void,
  ): void;
  close(): void;
}
