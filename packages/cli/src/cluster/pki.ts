/**
 * The cluster's certificates: one authority, and what it signs. Keys are ECDSA P-256.
 *
 * The authority's key never leaves the folder. Certificates start a day early: boards without a battery clock
 * wake up in the past.
 */
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
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { webcrypto } from "node:crypto";
import { isIP } from "node:net";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 24 * 60 * 60 * 1_000;
const { subtle } = globalThis.crypto;

export const pkiLimits = { authorityDays: 3_650, certificateDays: 365, renewBeforeDays: 30 } as const;

/** PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly organization?: string;
  readonly use: "server" | "client";
  /** DNS names and IP addresses. */
  readonly names?: readonly string[];
}

export async function makeAuthority(now: number): Promise<KeyPair> {
  const keys = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: ["kubus-ca"] }],
    notBefore: new Date(now - dayMs),
    notAfter: new Date(now + pkiLimits.authorityDays * dayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(
        KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
        true,
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: await keyPem(keys.privateKey) };
}

/** The key that service account tokens are signed with. PEM. */
export async function makeSigningKey(): Promise<string> {
  const { privateKey } = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return keyPem(privateKey);
}

export async function issue(authority: KeyPair, request: CertificateRequest, now: number): Promise<KeyPair> {
  const keys = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const issuer = new X509Certificate(authority.certificate);
  const { commonName, organization, use, names = [] } = request;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [commonName] }, ...(organization === undefined ? [] : [{ O: [organization] }])],
    issuer: issuer.subjectName,
    notBefore: new Date(now - dayMs),
    notAfter: new Date(now + pkiLimits.certificateDays * dayMs),
    publicKey: keys.publicKey,
    signingKey: await signingKey(authority.key),
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([
        use === "server" ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
      ]),
      await AuthorityKeyIdentifierExtension.create(issuer),
      ...(names.length === 0
        ? []
        : [
            new SubjectAlternativeNameExtension(
              names.map((value) => ({ type: isIP(value) > 0 ? "ip" : "dns", value }) as const),
            ),
          ]),
    ],
  });
  return { certificate: pemOf(certificate), key: await keyPem(keys.privateKey) };
}

/** Whether a certificate still serves: signed by this authority, for these names, and not about to end. */
export async function stillServes(
  authority: KeyPair,
  certificatePem: string,
  request: CertificateRequest,
  now: number,
): Promise<boolean> {
  const certificate = new X509Certificate(certificatePem);
  const issuer = new X509Certificate(authority.certificate);
  if (certificate.notAfter.getTime() - now < pkiLimits.renewBeforeDays * dayMs) return false;
  if (!(await certificate.verify({ publicKey: issuer.publicKey, signatureOnly: true }))) return false;
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.toJSON() ?? [];
  const found = new Set(names.map(({ value }) => value));
  const wanted = request.names ?? [];
  return found.size === new Set(wanted).size && wanted.every((name) => found.has(name));
}

/** Positive, at most 20 bytes (RFC 5280 4.1.2.2). */
function serialNumber(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 1;
  return Buffer.from(bytes).toString("hex");
}

const pemOf = (certificate: X509Certificate) => `${certificate.toString("pem")}\n`;

const keyPem = async (key: webcrypto.CryptoKey) =>
  `${PemConverter.encode(await subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;

async function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [pkcs8] = PemConverter.decode(pem);
  if (pkcs8 === undefined) throw new Error("The authority's key file holds no key.");
  return subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
}
