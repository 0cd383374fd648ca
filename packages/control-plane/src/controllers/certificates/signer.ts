/** Whoever holds the CA's key, as a port. */
export interface CertificateOrder {
  /** PKCS#10 as PEM, in base64. Its subject and its alternative names are taken over. */
  readonly request: string;
  /** Kubernetes' words: `client auth`, `digital signature`, ... */
  readonly usages: readonly string[];
  /** Wall-clock milliseconds. */
  readonly notBefore: number;
  /** The certificate never outlives the CA. */
  readonly notAfter: number;
}

export interface CertificateSigner {
  /** PEM. */
  sign(order: CertificateOrder): Promise<string>;
}
