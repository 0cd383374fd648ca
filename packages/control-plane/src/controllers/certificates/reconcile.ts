/**
 * What becomes of a certificate request: approved when the policy says so, signed once it is approved, and forgotten
 * when it is old. Pure.
 */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { certificateSigningRequestKind as kind } from "../../kinds/certificates/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { approvalOf, type MayHave } from "./approval.ts";
import type { CertificateSigner } from "./signer.ts";
import { objectionTo } from "./signers.ts";
import { endOf, stateOf } from "./verdict.ts";

export interface CertificateView {
  readonly csr: CertificateSigningRequest | undefined;
  /** Absent: this server has no CA key, and another one, or nobody, signs. */
  readonly signer: CertificateSigner | undefined;
  /** What the policy grants to who asks. */
  readonly mayHave: MayHave;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export const certificateLimits = {
  /** Kubernetes' own default; a request may ask for less. */
  validMs: 365 * 24 * 3_600_000,
  /** Clocks differ. */
  backdatedMs: 5 * 60_000,
} as const;

export function reconcileCertificate(view: CertificateView): Plan {
  const { csr, now } = view;
  if (csr === undefined || csr.metadata.deletionTimestamp !== undefined) return nothing;
  const { name, uid } = csr.metadata;
  if (endOf(csr) <= now)
    return { effects: [{ type: "delete", kind, target: { name }, options: { preconditions: { uid } } }] };
  const state = stateOf(csr);
  if (state === "pending") return { effects: approving(view, csr) };
  return { effects: state === "approved" ? signing(view, csr) : [] };
}

function approving({ mayHave, now }: CertificateView, csr: CertificateSigningRequest): readonly Effect[] {
  const { message } = approvalOf(csr, mayHave);
  if (message === undefined) return [];
  const { name, resourceVersion } = csr.metadata;
  const at = timestamp(now);
  const approved: Condition = {
    type: "Approved",
    status: "True",
    reason: "AutoApproved",
    message,
    lastUpdateTime: at,
    lastTransitionTime: at,
  };
  const conditions = [...(csr.status?.conditions ?? []), approved];
  const patch = { metadata: { resourceVersion }, status: { conditions } };
  return [{ type: "patch", kind, target: { name }, patch, subresource: "approval" }];
}

function signing({ signer, now }: CertificateView, csr: CertificateSigningRequest): readonly Effect[] {
  const objection = objectionTo(csr);
  if (objection === undefined || signer === undefined) return [];
  const { name, resourceVersion } = csr.metadata;
  if (objection.why !== undefined) {
    const at = timestamp(now);
    const failed: Condition = {
      type: "Failed",
      status: "True",
      reason: "SignerValidationFailure",
      message: objection.why,
      lastUpdateTime: at,
      lastTransitionTime: at,
    };
    const conditions = [...(csr.status?.conditions ?? []), failed];
    return [{ type: "writeStatus", kind, target: { name, resourceVersion }, status: { conditions } }];
  }
  const { request, usages = [], expirationSeconds } = csr.spec;
  const askedMs = expirationSeconds === undefined ? certificateLimits.validMs : expirationSeconds * 1_000;
  const notAfter = now + Math.min(askedMs, certificateLimits.validMs);
  const order = { request, usages, notBefore: now - certificateLimits.backdatedMs, notAfter };
  return [
    {
      type: "patchWith",
      kind,
      target: { name },
      subresource: "status",
      make: async () => {
        const certificate = Buffer.from(await signer.sign(order)).toString("base64");
        return { metadata: { resourceVersion }, status: { certificate } };
      },
    },
  ];
}
