/** Certificate requests: each is its own key. Those that wait for a verdict are looked at when the policy changes. */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import type { Question } from "../../api/authorization/question.ts";
import type { User } from "../../api/request.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { certificateSigningRequestKind } from "../../kinds/certificates/index.ts";
import { clusterRoleBindingKind, clusterRoleKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import type { Look } from "../engine/life.ts";
import { approvalOf, type MayHave } from "./approval.ts";
import { csrMachine } from "./csr.machine.ts";
import { reconcileCertificate, type CertificateView } from "./reconcile.ts";
import type { CertificateSigner } from "./signer.ts";
import { conditionOf, endOf, stateOf, type RequestState } from "./verdict.ts";

export interface CertificateOptions {
  /** Absent: no certificate is signed. */
  readonly signer?: CertificateSigner | undefined;
  /** What the authorizers say. Absent: nothing is approved by itself. */
  readonly allows?: ((user: User, question: Question) => boolean) | undefined;
}

export const certificateController = ({ signer, allows }: CertificateOptions) => {
  const mayHave: MayHave = (csr, subresource) =>
    allows?.(requesterOf(csr), {
      verb: "create",
      group: certificateSigningRequestKind.group,
      resource: certificateSigningRequestKind.plural,
      subresource,
    }) ?? false;

  return defineController<CertificateView>({
    name: "certificate",
    guarantee:
      "A board's own client certificate is approved when the policy lets it, an approved request of the cluster's own signers is signed, and an old one goes.",
    watches: [
      { kind: certificateSigningRequestKind, wakes: ({ object }) => [object.metadata.name] },
      { kind: clusterRoleKind, wakes: wakePending },
      { kind: clusterRoleBindingKind, wakes: wakePending },
    ],
    observe: (name, { cache, now }) => ({
      csr: cache.get(certificateSigningRequestKind, undefined, name),
      signer,
      mayHave,
      now,
    }),
    reconcile: reconcileCertificate,
    life: { name: "csr", machine: csrMachine, classify },
    isGone: ({ csr }) => csr === undefined,
  });
};

const requesterOf = ({ spec }: CertificateSigningRequest): User => ({
  name: spec.username ?? "",
  groups: spec.groups ?? [],
  ...(spec.uid === undefined ? {} : { uid: spec.uid }),
  ...(spec.extra === undefined ? {} : { extra: spec.extra }),
});

const wakePending = (_: CacheEvent, cache: Cache): readonly string[] =>
  cache
    .list(certificateSigningRequestKind)
    .filter((csr) => stateOf(csr) === "pending")
    .map(({ metadata }) => metadata.name);

const looks: Readonly<Record<RequestState, string>> = {
  pending: "request.unjudged",
  approved: "request.approved",
  issued: "certificate.issued",
  denied: "request.denied",
  failed: "signing.failed",
};

function classify({ csr, now, signer, mayHave }: CertificateView): Look | undefined {
  if (csr === undefined) return undefined;
  const leftMs = endOf(csr) - now;
  if (leftMs <= 0) return { type: "request.outdated", why: "it was kept for long enough" };
  const state = stateOf(csr);
  return { type: looks[state], why: whyOf(csr, { signer, mayHave }), dueInMs: leftMs };
}

function whyOf(
  csr: CertificateSigningRequest,
  { signer, mayHave }: Pick<CertificateView, "signer" | "mayHave">,
) {
  switch (stateOf(csr)) {
    case "pending": {
      const { message, tried } = approvalOf(csr, mayHave);
      if (message !== undefined) return message;
      const who = csr.spec.username ?? "";
      return tried.length === 0
        ? `somebody must approve or deny it: ${csr.spec.signerName}`
        : `${who} may not have it without a verdict: needs ${tried.join(" or ")}`;
    }
    case "approved":
      return signer === undefined
        ? "this server has no key to sign with"
        : `waits for ${csr.spec.signerName}`;
    case "issued":
      return "";
    case "denied":
      return conditionOf(csr, "Denied")?.message ?? "";
    case "failed":
      return conditionOf(csr, "Failed")?.message ?? "";
  }
}
