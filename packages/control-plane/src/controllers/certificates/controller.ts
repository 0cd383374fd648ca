/** Certificate requests: each is its own key. */
import { certificateSigningRequestKind } from "../../kinds/certificates/index.ts";
import { defineController } from "../engine/controller.ts";
import { reconcileCertificate, type CertificateView } from "./reconcile.ts";
import type { CertificateSigner } from "./signer.ts";

export const certificateController = (signer: CertificateSigner | undefined) =>
  defineController<CertificateView>({
    name: "certificate",
    guarantee: "An approved certificate request of the cluster's own signers is signed, and an old one goes.",
    watches: [{ kind: certificateSigningRequestKind, wakes: ({ object }) => [object.metadata.name] }],
    observe: (name, { cache, now }) => ({
      csr: cache.get(certificateSigningRequestKind, undefined, name),
      signer,
      now,
    }),
    reconcile: reconcileCertificate,
    isGone: ({ csr }) => csr === undefined,
  });
