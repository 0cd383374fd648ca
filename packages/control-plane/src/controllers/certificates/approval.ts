/**
 * Whose certificate needs nobody's word: boards' own client certificates, when the policy lets who asks have one.
 * Pure; Kubernetes' csrapproving.
 */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import { requestedIn } from "../../kinds/certificates/certificatesigningrequest/pkcs10.ts";
import { objectionTo } from "./signers.ts";

type Csr = CertificateSigningRequest;

/** What the policy is asked: may who asks create this subresource of certificatesigningrequests? */
export type Permission = "selfnodeclient" | "nodeclient";

export type MayHave = (csr: Csr, permission: Permission) => boolean;

interface Recognizer {
  readonly permission: Permission;
  readonly recognizes: (csr: Csr) => boolean;
  readonly message: string;
}

const nodeClientSigner = "kubernetes.io/kube-apiserver-client-kubelet";

/** Exactly what that signer would sign: a request that it would refuse is for people to look at. */
const isNodeClient = (csr: Csr): boolean => {
  const objection = csr.spec.signerName === nodeClientSigner ? objectionTo(csr) : undefined;
  return objection !== undefined && objection.why === undefined;
};

/** In the order in which they are tried. */
const recognizers: readonly Recognizer[] = [
  {
    permission: "selfnodeclient",
    recognizes: (csr) => isNodeClient(csr) && csr.spec.username === requestedIn(csr.spec.request).commonName,
    message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
  },
  {
    permission: "nodeclient",
    recognizes: isNodeClient,
    message: "Auto approving kubelet client certificate after SubjectAccessReview.",
  },
];

/** Why it is approved, or which permissions would have done; both empty when it is none of ours to approve. */
export function approvalOf(
  csr: Csr,
  mayHave: MayHave,
): { readonly message?: string; readonly tried: readonly string[] } {
  const ours = recognizers.filter(({ recognizes }) => recognizes(csr));
  const message = ours.find(({ permission }) => mayHave(csr, permission))?.message;
  return { ...(message === undefined ? {} : { message }), tried: ours.map(({ permission }) => permission) };
}
