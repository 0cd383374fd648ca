/** certificatesigningrequests/approval: the verdict on a request, and nothing else of it. */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import {
  approvalDoor,
  validateRequestChange,
} from "../../kinds/certificates/certificatesigningrequest/validate.ts";
import type { Strategy } from "../strategy.ts";
import { patchBy } from "./patch.ts";
import { updateBy } from "./update.ts";

type Csr = CertificateSigningRequest;

export const approvalStrategy: Strategy = {
  prepare: (_, next, previous) => {
    const { conditions = [] } = (next as Csr).status ?? {};
    const { resourceVersion } = next.metadata;
    const judged = {
      ...previous,
      metadata: { ...previous.metadata, resourceVersion },
      status: { ...(previous as Csr).status, conditions },
    };
    return judged;
  },
  check: (kind, next, previous) => [
    ...kind.validate(next),
    ...validateRequestChange(next as Csr, previous as Csr, approvalDoor),
  ],
};

export const updateApproval = updateBy(approvalStrategy);
export const patchApproval = patchBy(approvalStrategy);
