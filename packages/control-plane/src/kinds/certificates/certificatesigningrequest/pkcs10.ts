/** What a certificate request (PKCS#10, PEM) asks for. Pure but for the check of its signature. */
import "reflect-metadata";
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from "@peculiar/x509";

export interface RequestedCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly names: readonly { readonly type: string; readonly value: string }[];
}

const alternativeNames = "2.5.29.17";

/** Throws with a sentence about what is wrong. `request` is base64 of a PEM block. */
export function parseRequest(request: string): Pkcs10CertificateRequest {
  const pem = Buffer.from(request, "base64").toString();
  if (!/-----BEGIN CERTIFICATE REQUEST-----[\s\S]+-----END CERTIFICATE REQUEST-----/.test(pem))
    throw new Error("PEM block type must be CERTIFICATE REQUEST");
  return new Pkcs10CertificateRequest(pem);
}

export function requestedIn(request: string): RequestedCertificate {
  const parsed = parseRequest(request);
  const extension = parsed.extensions.find(({ type }) => type === alternativeNames);
  return {
    commonName: parsed.subjectName.getField("CN")[0] ?? "",
    organizations: parsed.subjectName.getField("O"),
    names:
      extension === undefined ? [] : new SubjectAlternativeNameExtension(extension.rawData).names.toJSON(),
  };
}

/** What is wrong with a request's bytes, or undefined. */
export function flawOf(request: string): string | undefined {
  try {
    requestedIn(request);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether its sender holds the key. */
export const isSignedByItself = (request: string): Promise<boolean> => parseRequest(request).verify();
