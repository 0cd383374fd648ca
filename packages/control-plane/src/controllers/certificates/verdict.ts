/** How far a certificate request has come, and how long it is kept. Pure. */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";

const hourMs = 3_600_000;

/** Kubernetes' own spans (csrcleaner). */
export const keptMs = {
  /** A request that is not settled: nobody judged it, or nobody signed it. */
  pendingMs: 24 * hourMs,
  /** One that is settled: signed, denied or failed. */
  settledMs: hourMs,
} as const;

export type RequestState = "pending" | "approved" | "issued" | "denied" | "failed";

type Csr = CertificateSigningRequest;

export const conditionOf = ({ status }: Csr, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

export function stateOf(csr: Csr): RequestState {
  if (conditionOf(csr, "Failed") !== undefined) return "failed";
  if (conditionOf(csr, "Denied") !== undefined) return "denied";
  if ((csr.status?.certificate ?? "") !== "") return "issued";
  return conditionOf(csr, "Approved") === undefined ? "pending" : "approved";
}

/** Wall-clock milliseconds at which it goes. */
export function endOf(csr: Csr): number {
  const { creationTimestamp } = csr.metadata;
  const state = stateOf(csr);
  if (state === "pending" || state === "approved") return Date.parse(creationTimestamp) + keptMs.pendingMs;
  const last = (csr.status?.conditions ?? []).map((condition) =>
    Date.parse(condition.lastUpdateTime ?? creationTimestamp),
  );
  return Math.max(Date.parse(creationTimestamp), ...last) + keptMs.settledMs;
}
