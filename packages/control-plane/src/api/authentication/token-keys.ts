/** The key that this cluster signs service account tokens with, as a port. All servers of a cluster share it. */
export interface TokenKeys {
  /** Stands as `iss` in every token, and is what tokens are for unless they say otherwise. */
  readonly issuer: string;
  sign(claims: object): Promise<string>;
  /** What a token says, when this cluster signed it; nothing of it is checked but the signature. */
  verify(token: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** The public keys as JWKs, for whoever verifies tokens elsewhere. */
  publicKeys(): Promise<readonly PublicKey[]>;
}

export interface PublicKey {
  readonly kid: string;
  readonly alg: string;
  readonly [member: string]: unknown;
}
