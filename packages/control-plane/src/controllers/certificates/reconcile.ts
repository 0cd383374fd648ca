/** What becomes of a certificate request: signed once it is approved, and forgotten when it is old. Pure. */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";
import { certificateSigningRequestKind } from "../../kinds/certificates/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import type { CertificateSigner } from "./signer.ts";
import { objectionTo } from "./signers.ts";

export interface CertificateView {
  readonly csr: CertificateSigningRequest | undefined;
  /** Absent: this server has no CA key, and another one, or nobody, signs. */
  readonly signer: CertificateSigner | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

const hourMs = 3_600_000;

export const certificateLimits = {
  /** A request that nobody judged. */
  pendingMs: 24 * hourMs,
  /** One that is settled: signed, denied or failed. */
  settledMs: hourMs,
  /** Kubernetes' own default; a request may ask for less. */
  validMs: 365 * 24 * hourMs,
  /** Clocks differ. */
  backdatedMs: 5 * 60_000,
} as const;

export function reconcileCertificate({ csr, signer, now }: CertificateView): Plan {
  if (csr === undefined || csr.metadata.deletionTimestamp !== undefined) return nothing;
  const target = { name: csr.metadata.name };
  const leftMs = endOf(csr) - now;
  if (leftMs <= 0) return { effects: [{ type: "delete", kind: certificateSigningRequestKind, target }] };
  const isOpen = conditionOf(csr, "Approved") !== undefined && !isSettled(csr);
  const effect = isOpen && signer !== undefined ? signing(csr, signer, now) : undefined;
  return { effects: effect === undefined ? [] : [effect], requeueAfterMs: leftMs };
}

const conditionOf = ({ status }: CertificateSigningRequest, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

const isSettled = (csr: CertificateSigningRequest): boolean =>
  (csr.status?.certificate ?? "") !== "" ||
  conditionOf(csr, "Failed") !== undefined ||
  conditionOf(csr, "Denied") !== undefined;

/** When it goes. */
function endOf(csr: CertificateSigningRequest): number {
  const { creationTimestamp } = csr.metadata;
  if (!isSettled(csr)) return Date.parse(creationTimestamp) + certificateLimits.pendingMs;
  const last = (csr.status?.conditions ?? []).map((condition) =>
    Date.parse(condition.lastUpdateTime ?? creationTimestamp),
  );
  return Math.max(Date.parse(creationTimestamp), ...last) + certificateLimits.settledMs;
}

function signing(csr: CertificateSigningRequest, signer: CertificateSigner, now: number): Effect | undefined {
  const objection = objectionTo(csr);
  if (objection === undefined) return undefined;
  const { name, resourceVersion } = csr.metadata;
  const kind = certificateSigningRequestKind;
  if (objection.why !== undefined) {
    const failed = {
      type: "Failed",
      status: "True",
      reason: "SignerValidationFailure",
      message: objection.why,
    };
    const conditions = [...(csr.status?.conditions ?? []), failed];
    return { type: "writeStatus", kind, target: { name, resourceVersion }, status: { conditions } };
  }
  const { request, usages = [], expirationSeconds } = csr.spec;
  const askedMs = expirationSeconds === undefined ? certificateLimits.validMs : expirationSeconds * 1_000;
  const notAfter = now + Math.min(askedMs, certificateLimits.validMs);
  const order = { request, usages, notBefore: now - certificateLimits.backdatedMs, notAfter };
  return {
    type: "patchWith",
    kind,
    target: { name },
    subresource: "status",
    make: async () => {
      const certificate = Buffer.from(await signer.sign(order)).toString("base64");
      return { metadata: { resourceVersion }, status: { certificate } };
    },
  };
}
