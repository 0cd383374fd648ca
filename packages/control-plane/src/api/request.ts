/**
 * A request and its answer without a transport: HTTP and the bus both speak through these.
 *
 * An answer is whole, or it is a stream that is written into a sink for as long as its reader stays.
 */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  /** What else is known of them: the pod that a token is bound to, the scopes of an impersonation. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface ApiRequest {
  readonly method: string;
  /** The path as it was sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Headers that came several times, value by value; absent where the transport sends each one once. */
  readonly repeated?: Readonly<Record<string, readonly string[] | undefined>>;
  /** Whom the transport has proven. Undefined: nobody; a bearer token may say more. */
  readonly user: User | undefined;
  /** The transport was shown a proof that is none, such as a certificate of another authority. */
  readonly isRefused?: boolean;
  readonly body: Uint8Array;
}

export type Headers = Readonly<Record<string, string | readonly string[]>>;

export interface WholeResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface StreamResponse {
  readonly status: number;
  readonly headers: Headers;
  /** A document that is sent in pieces: it has an end of its own, and means nothing before it is whole. */
  readonly isWhole?: boolean;
  /** Called once, when the head is on its way. Resolves when the stream is over, never rejects. */
  readonly stream: (sink: Sink) => Promise<void>;
}

export type ApiResponse = WholeResponse | StreamResponse;

export const isStream = (response: ApiResponse): response is StreamResponse => "stream" in response;

/** Where a stream goes. */
export interface Sink {
  /** Queues bytes at once. Does nothing when the reader is gone. */
  write(chunk: Uint8Array): void;
  /** Bytes queued that the transport has not taken yet. */
  waitingBytes(): number;
  /** Resolves when little waits, or the reader is gone. For writers that can pause. */
  drained(): Promise<void>;
  /** Ends the stream after what was queued. */
  end(): void;
  /** Breaks it at once; what was queued is lost. */
  cut(reason: string): void;
  /** Aborted when the reader is gone. */
  readonly gone: AbortSignal;
}
