/** The cluster's service account key: signs and verifies JWTs. EC P-256 or RSA, as the PEM holds it. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, CompactSign, compactVerify, exportJWK } from "jose";
import type { TokenKeys } from "../../api/authentication/token-keys.ts";

export const tokenKeyLimits = {
  /** Tokens whose signature was found right lately: agents show the same one with each request. */
  verifiedMax: 1_000,
} as const;

/** `key` is PKCS#8 as PEM. Throws when it is none. */
export function tokenKeys({ key, issuer }: { readonly key: string; readonly issuer: string }): TokenKeys {
  const privateKey = createPrivateKey(key);
  const publicKey = createPublicKey(privateKey);
  const alg = algorithmOf(privateKey);
  const published = publishedOf(publicKey, alg);
  const verified = new Map<string, Readonly<Record<string, unknown>>>();

  return {
    issuer,
    sign: async (claims) => {
      const { kid } = await published;
      return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg, kid })
        .sign(privateKey);
    },
    verify: async (token) => {
      const known = verified.get(token);
      if (known !== undefined) return known;
      const payload = await compactVerify(token, publicKey, { algorithms: [alg] }).then(
        (proven) => payloadIn(proven.payload),
        () => undefined, // Signed by somebody else, or no token at all.
      );
      if (payload === undefined) return undefined;
      const [oldest] = verified.keys();
      if (verified.size >= tokenKeyLimits.verifiedMax && oldest !== undefined) verified.delete(oldest);
      verified.set(token, payload);
      return payload;
    },
    publicKeys: async () => [await published],
  };
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): "ES256" | "RS256" {
  if (asymmetricKeyType === "rsa") return "RS256";
  if (asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1") return "ES256";
  throw new Error("The service account key must be an RSA or an EC P-256 key.");
}

async function publishedOf(publicKey: KeyObject, alg: string) {
  const jwk = await exportJWK(publicKey);
  return { use: "sig", ...jwk, kid: await calculateJwkThumbprint(jwk), alg };
}

function payloadIn(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
