/** How a container's health is asked over the network. Both resolve when it is well and reject, in words, when not. */
export interface Checks {
  /** A connection can be opened. */
  tcp(target: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<void>;
  /** A GET is answered with a status from 200 to 399. Certificates are not verified, as in Kubernetes. */
  http(
    target: {
      readonly scheme: "http" | "https";
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    },
    signal: AbortSignal,
  ): Promise<void>;
}
