/** certificates.k8s.io/v1: requests for certificates that the cluster signs. */
import type { Condition, KubeObject } from "./meta.ts";

export interface CertificateSigningRequest extends KubeObject {
  readonly spec: {
    /** A PKCS#10 request as PEM, in base64. */
    readonly request: string;
    readonly signerName: string;
    readonly usages?: readonly string[];
    readonly expirationSeconds?: number;
    /** Who asked; set by the server. */
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** PEM, in base64. */
    readonly certificate?: string;
  };
}
