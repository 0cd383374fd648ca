/** Certificates for tests: an authority of a day, and what it signs. ECDSA P-256, PEM. */
import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const hourMs = 60 * 60 * 1_000;

export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  readonly name: string;
  readonly groups?: readonly string[];
  /** Hours from now; negative: expired. */
  readonly validHours?: number;
}

export interface Authority {
  readonly certificate: string;
  readonly key: string;
  issue(subject: Subject): Promise<Pair>;
}

export async function anAuthority(name: string): Promise<Authority> {
  const keys = await generate();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: [{ CN: [name] }],
    notBefore: new Date(Date.now() - hourMs),
    notAfter: new Date(Date.now() + 24 * hourMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    certificate: pemOf(certificate),
    key: await keyPem(keys.privateKey),
    issue: (subject) => issue(certificate, keys.privateKey, subject),
  };
}

async function issue(
  issuer: X509Certificate,
  signingKey: webcrypto.CryptoKey,
  subject: Subject,
): Promise<Pair> {
  const { name, groups = [], validHours = 12 } = subject;
  const keys = await generate();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(8))).toString("hex"),
    subject: [{ CN: [name] }, ...groups.map((group) => ({ O: [group] }))],
    issuer: issuer.subjectName,
    notBefore: new Date(Date.now() - 24 * hourMs),
    notAfter: new Date(Date.now() + validHours * hourMs),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "dns", value: "localhost" },
      ]),
    ],
  });
  return { certificate: pemOf(certificate), key: await keyPem(keys.privateKey) };
}

const generate = () => globalThis.crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

const keyPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  PemConverter.encode(await globalThis.crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");

const pemOf = (certificate: X509Certificate): string => certificate.toString("pem");
