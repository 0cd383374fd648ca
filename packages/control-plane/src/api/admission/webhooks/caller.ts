/**
 * Asks a webhook, as a port: one body goes there by POST over HTTPS, one comes back.
 */
export interface WebhookCall {
  /** `https://...`, with the path and query. */
  readonly url: string;
  /** The name that the certificate must prove, where it is not the host of the URL. */
  readonly serverName?: string;
  /** Where to connect instead of the URL's host, `10.0.0.7:8443`. */
  readonly address?: { readonly host: string; readonly port: number };
  /** PEM; the system's own certificates when there is none. */
  readonly caBundle?: string;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

export interface WebhookCaller {
  /** Rejects with an Error whose message says why, in the words of a person who has to find out. */
  call(call: WebhookCall): Promise<WebhookAnswer>;
}
