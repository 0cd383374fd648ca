/** The cluster's CA: makes certificates of requests that were approved. */
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { createPrivateKey, type webcrypto } from "node:crypto";
import type { CertificateSigner } from "../../controllers/certificates/signer.ts";
import { parseRequest } from "../../kinds/certificates/certificatesigningrequest/pkcs10.ts";

/** Both PEM. */
export interface AuthorityPair {
  readonly certificate: string;
  readonly key: string;
}

export function certificateSigner({ certificate, key }: AuthorityPair): CertificateSigner {
  const issuer = new X509Certificate(certificate);
  const algorithm = algorithmOf(key);
  const signingKey = importKey(key, algorithm);
  return {
    sign: async ({ request, usages, notBefore, notAfter }) => {
      const asked = parseRequest(request);
      const names = asked.extensions.find(({ type }) => type === alternativeNames);
      const extended = usages.flatMap((usage) => extendedUsages[usage] ?? []);
      // An extension without a single flag makes the whole certificate invalid.
      const flags = flagsOf(usages);
      const signed = await X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: asked.subjectName,
        issuer: issuer.subjectName,
        notBefore: new Date(notBefore),
        notAfter: new Date(Math.min(notAfter, issuer.notAfter.getTime())),
        publicKey: asked.publicKey,
        signingKey: await signingKey,
        signingAlgorithm: algorithm,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          ...(flags === undefined ? [] : [new KeyUsagesExtension(flags, true)]),
          ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended)]),
          await AuthorityKeyIdentifierExtension.create(issuer),
          ...(names === undefined ? [] : [new SubjectAlternativeNameExtension(names.rawData)]),
        ],
      });
      return `${signed.toString("pem")}\n`;
    },
  };
}

const alternativeNames = "2.5.29.17";

const keyUsages: Readonly<Record<string, KeyUsageFlags>> = {
  signing: KeyUsageFlags.digitalSignature,
  "digital signature": KeyUsageFlags.digitalSignature,
  "content commitment": KeyUsageFlags.nonRepudiation,
  "key encipherment": KeyUsageFlags.keyEncipherment,
  "data encipherment": KeyUsageFlags.dataEncipherment,
  "key agreement": KeyUsageFlags.keyAgreement,
};

/** Undefined when none of the usages is one of the key. */
const flagsOf = (usages: readonly string[]): KeyUsageFlags | undefined =>
  usages
    .flatMap((usage) => keyUsages[usage] ?? [])
    .reduce<KeyUsageFlags | undefined>((all, flag) => (all === undefined ? flag : all | flag), undefined);

const extendedUsages: Readonly<Record<string, readonly string[]>> = {
  "server auth": [ExtendedKeyUsage.serverAuth],
  "client auth": [ExtendedKeyUsage.clientAuth],
};

type Algorithm = (webcrypto.EcKeyImportParams & { readonly hash: string }) | webcrypto.RsaHashedImportParams;

function algorithmOf(pem: string): Algorithm {
  const { asymmetricKeyType } = createPrivateKey(pem);
  return asymmetricKeyType === "rsa"
    ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
    : { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
}

async function importKey(pem: string, algorithm: Algorithm): Promise<webcrypto.CryptoKey> {
  const [pkcs8] = PemConverter.decode(pem);
  if (pkcs8 === undefined) throw new Error("The CA's key file holds no key.");
  return globalThis.crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
}

/** Positive, at most 20 bytes (RFC 5280 4.1.2.2). */
function serialNumber(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 1;
  return Buffer.from(bytes).toString("hex");
}
