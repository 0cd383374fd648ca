/**
 * What the dashboard's server needs of the world: a control plane's feed, and the virtual cables where there are some.
 */
import type { CableState } from "@kubus/shared/feed/messages.ts";

/** One open connection to a control plane's feed. */
export interface FeedConnection {
  send(text: string): void;
  /** Stops and goes on reading, so that the control plane notices a page that does not keep up. */
  pause(): void;
  resume(): void;
  close(): void;
  /** Settles (never rejects) when the connection is over; the value says why. */
  readonly closed: Promise<string>;
}

/** The way to the control planes. */
export interface FeedSource {
  /**
   * Opens a connection to whichever control plane answers; each call may try another one. Rejects when none of
   * this try's answered. Messages arrive from the moment it is open.
   */
  connect(onText: (text: string) => void, signal: AbortSignal): Promise<FeedConnection>;
}

/** Virtual cables: only `kubus up` has them. */
export interface Cables {
  state(): Readonly<Record<string, CableState>>;
  /** Rejects with a sentence for the user when it cannot be done. */
  pull(board: string, silent: boolean): Promise<void>;
  plug(board: string): Promise<void>;
  /** Returns the function that ends the listening. */
  onChange(listener: () => void): () => void;
}

/** A file of the page, ready to be served. */
export interface PageFile {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** By path: `/`, `/main.js`, ... */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** One open page, as far as the server cares. */
export interface PageSocket {
  /** `onSent` is called once the text left this process, or never will. */
  send(text: string, onSent: () => void): void;
  onMessage(listener: (text: string) => void): void;
  /** Called once, however the connection ended. */
  onClose(listener: () => void): void;
}
