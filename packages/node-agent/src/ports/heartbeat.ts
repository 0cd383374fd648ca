/** The board's beats to the servers, as the rest of the agent sees them. Implemented in ../beat/. */
export interface Heartbeat {
  /** Says hello and beats from then on. Resolves when the first hello was answered. */
  start(): Promise<void>;
  /** Whether this agent can run pods at this moment: carried in every beat. */
  setReady(ready: boolean): void;
  /** Tells the servers that the agent stops while its pods go on, and ends the beats. */
  goodbye(): Promise<void>;
}
