/** The rules of certificate requests: what may be asked for, and how their conditions may grow. Pure. */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain } from "../../../api/names.ts";
import { isSame } from "../../../api/same.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { flawOf } from "./pkcs10.ts";

type Csr = CertificateSigningRequest;

const usages: readonly string[] = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

const legacySigner = "kubernetes.io/legacy-unknown";
const secondsMin = 600;

export function validateRequest(csr: Csr): readonly Cause[] {
  const { spec = {}, status } = csr as Received<Csr>;
  const { request = "", usages: asked = [], signerName = "", expirationSeconds } = spec;
  const flaw = flawOf(request);
  const tooShort = "may not specify a duration less than 600 seconds (10 minutes)";
  return [
    ...(flaw === undefined ? [] : [cause.invalid("spec.request", request, flaw)]),
    ...(asked.length === 0 ? [cause.required("spec.usages")] : []),
    ...asked.flatMap((usage, i) => validateUsage(asked, usage, i)),
    ...validateSigner(signerName),
    ...(expirationSeconds !== undefined && expirationSeconds < secondsMin
      ? [cause.invalid("spec.expirationSeconds", expirationSeconds, tooShort)]
      : []),
    ...validateConditions(status?.conditions ?? []),
  ];
}

function validateUsage(asked: readonly string[], usage: string, i: number): readonly Cause[] {
  const field = `spec.usages[${i}]`;
  if (!usages.includes(usage)) return [cause.notSupported(field, usage, usages)];
  return asked.indexOf(usage) < i ? [cause.duplicate(field, usage)] : [];
}

/** `example.com/signer-name` */
function validateSigner(name: string): readonly Cause[] {
  const field = "spec.signerName";
  if (name === legacySigner)
    return [cause.invalid(field, name, "the legacy signerName is not allowed via this API version")];
  if (name === "") return [cause.required(field)];
  const [domain = "", path, ...more] = name.split("/");
  if (path === undefined || more.length > 0)
    return [
      cause.invalid(
        field,
        name,
        "must be a fully qualified domain and path of the form 'example.com/signer-name'",
      ),
    ];
  const wrong = [domain, path].flatMap((part) => {
    const why = dnsSubdomain(part);
    return why === undefined ? [] : [cause.invalid(field, part, why)];
  });
  if (wrong.length > 0 || domain.includes(".")) return wrong;
  return [cause.invalid(field, domain, "should be a domain with at least two segments separated by dots")];
}

/** What a request may become once, and never more than one of the first two. */
export const verdicts = ["Approved", "Denied"] as const;
const lasting = [...verdicts, "Failed"] as const;

function validateConditions(conditions: readonly Received<Condition>[]): readonly Cause[] {
  const types = conditions.map(({ type = "" }) => type);
  return conditions.flatMap(({ type = "", status = "" }, i) => {
    const field = `status.conditions[${i}]`;
    const isLasting = (lasting as readonly string[]).includes(type);
    const allowed = isLasting ? ["True"] : ["True", "False", "Unknown"];
    const before = types.slice(0, i);
    const other = type === "Approved" ? "Denied" : type === "Denied" ? "Approved" : undefined;
    return [
      ...(type === "" ? [cause.required(`${field}.type`)] : []),
      ...(status === "" ? [cause.required(`${field}.status`)] : []),
      ...(status !== "" && !allowed.includes(status)
        ? [cause.notSupported(`${field}.status`, status, allowed)]
        : []),
      ...(type !== "" && before.includes(type) ? [cause.duplicate(`${field}.type`, type)] : []),
      ...(other !== undefined && before.includes(other)
        ? [cause.invalid(`${field}.type`, type, "Approved and Denied conditions are mutually exclusive")]
        : []),
    ];
  });
}

/** What each door may change beside the conditions of others. */
interface Door {
  readonly mayJudge: boolean;
  readonly mayCertify: boolean;
}

export const mainDoor: Door = { mayJudge: false, mayCertify: false };
export const approvalDoor: Door = { mayJudge: true, mayCertify: false };
export const statusDoor: Door = { mayJudge: false, mayCertify: true };

export function validateRequestChange(
  next: Csr,
  previous: Csr,
  { mayJudge, mayCertify }: Door,
): readonly Cause[] {
  const field = "status.conditions";
  const of = (csr: Csr, type: string) =>
    (csr.status?.conditions ?? []).filter((condition) => condition.type === type);
  const removed = lasting.filter((type) => of(next, type).length < of(previous, type).length);
  const judged = mayJudge
    ? []
    : verdicts.filter((type) => !removed.includes(type) && !isSame(of(next, type), of(previous, type)));
  return [
    ...removed.map((type) => cause.forbidden(field, `updates may not remove a condition of type "${type}"`)),
    ...judged.map((type) => {
      const deed = of(next, type).length > of(previous, type).length ? "add" : "modify";
      return cause.forbidden(field, `updates may not ${deed} a condition of type "${type}"`);
    }),
    ...validateCertificateChange(next, previous, mayCertify),
  ];
}

function validateCertificateChange(next: Csr, previous: Csr, mayCertify: boolean): readonly Cause[] {
  const [after = "", before = ""] = [next.status?.certificate, previous.status?.certificate];
  if (after === before) return [];
  const field = "status.certificate";
  if (!mayCertify) return [cause.forbidden(field, "updates may not set certificate content")];
  if (before !== "") return [cause.forbidden(field, "updates may not modify existing certificate content")];
  const pem = Buffer.from(after, "base64").toString();
  return /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(pem)
    ? []
    : [cause.invalid(field, "<certificate data>", "expected at least one certificate")];
}
