/** What each of Kubernetes' own signers demands of a request before it signs. Pure. */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import {
  requestedIn,
  type RequestedCertificate,
} from "../../kinds/certificates/certificatesigningrequest/pkcs10.ts";

type Objection = (requested: RequestedCertificate, usages: readonly string[]) => string | undefined;

/** Undefined: no signer of ours. */
export function objectionTo({
  spec,
}: CertificateSigningRequest): { readonly why: string | undefined } | undefined {
  const rule = Object.hasOwn(signers, spec.signerName) ? signers[spec.signerName] : undefined;
  return rule === undefined ? undefined : { why: rule(requestedIn(spec.request), spec.usages ?? []) };
}

const nodeGroup = "system:nodes";
const nodePrefix = "system:node:";

const isOneOf = (usages: readonly string[], ...sets: readonly (readonly string[])[]): boolean =>
  sets.some((set) => set.length === usages.length && set.every((usage) => usages.includes(usage)));

const client = [
  ["client auth", "digital signature"],
  ["client auth", "digital signature", "key encipherment"],
] as const;
const serving = [
  ["digital signature", "server auth"],
  ["digital signature", "key encipherment", "server auth"],
] as const;

const ofNode: Objection = ({ organizations, commonName }) => {
  if (organizations.length !== 1 || organizations[0] !== nodeGroup)
    return "subject organization is not system:nodes";
  return commonName.startsWith(nodePrefix)
    ? undefined
    : `subject common name does not begin with ${nodePrefix}`;
};

const has = ({ names }: RequestedCertificate, ...types: readonly string[]): boolean =>
  names.some(({ type }) => types.includes(type));

const without: Objection = (requested) => {
  if (has(requested, "email")) return "email subjectAltNames are not allowed";
  return has(requested, "url") ? "URI subjectAltNames are not allowed" : undefined;
};

const signers: Readonly<Record<string, Objection>> = {
  "kubernetes.io/kube-apiserver-client": (_, usages) => {
    const allowed = ["client auth", "digital signature", "key encipherment"];
    if (!usages.includes("client auth")) return "usages must include client auth";
    const other = usages.find((usage) => !allowed.includes(usage));
    return other === undefined ? undefined : `usage ${JSON.stringify(other)} is not allowed for this signer`;
  },
  "kubernetes.io/kube-apiserver-client-kubelet": (requested, usages) => {
    const wrong = ofNode(requested, usages) ?? without(requested, usages);
    if (wrong !== undefined) return wrong;
    if (has(requested, "dns")) return "DNS subjectAltNames are not allowed";
    if (has(requested, "ip")) return "IP subjectAltNames are not allowed";
    return isOneOf(usages, ...client) ? undefined : `usages did not match [${client[1].join(" ")}]`;
  },
  "kubernetes.io/kubelet-serving": (requested, usages) => {
    const wrong = ofNode(requested, usages) ?? without(requested, usages);
    if (wrong !== undefined) return wrong;
    if (!has(requested, "dns", "ip")) return "DNS or IP subjectAltName is required";
    return isOneOf(usages, ...serving) ? undefined : `usages did not match [${serving[1].join(" ")}]`;
  },
};
