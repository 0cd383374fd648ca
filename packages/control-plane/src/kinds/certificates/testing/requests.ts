/** Certificate requests for tests. */
import "reflect-metadata";
import {
  PemConverter,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

export interface Wanted {
  readonly name: string;
  readonly groups?: readonly string[];
  readonly dns?: readonly string[];
}

/** A request in base64, as a manifest holds it, and its key as PEM. */
export async function aRequest({ name, groups = [], dns = [] }: Wanted) {
  const keys = await globalThis.crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const names = dns.map((value) => ({ type: "dns", value }) as const);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }, ...groups.map((group) => ({ O: [group] }))],
    keys,
    signingAlgorithm: algorithm,
    extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
  });
  const pkcs8 = await globalThis.crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    request: Buffer.from(request.toString("pem")).toString("base64"),
    key: PemConverter.encode(pkcs8, "PRIVATE KEY"),
  };
}
