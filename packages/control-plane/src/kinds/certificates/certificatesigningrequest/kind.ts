/** CertificateSigningRequest: somebody asks for a certificate; somebody else approves it; a signer makes it. */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import { humanDuration } from "../../../api/age.ts";
import { without } from "../../../api/without.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import type { Received } from "../../received.ts";
import { defineKind } from "../../define-kind.ts";
import { mainDoor, statusDoor, validateRequest, validateRequestChange, verdicts } from "./validate.ts";

type Csr = CertificateSigningRequest;

export const certificateSigningRequestKind = defineKind<Csr>({
  group: "certificates.k8s.io",
  version: "v1",
  kind: "CertificateSigningRequest",
  plural: "certificatesigningrequests",
  shortNames: ["csr"],
  scope: "Cluster",
  owner: "certificate controller; the approval: whoever may approve",
  subresources: ["status"],
  nameRule: () => undefined,
  columns: [
    nameColumn,
    ageColumn,
    { name: "SignerName", type: "string", of: ({ spec }) => spec.signerName || none },
    { name: "Requestor", type: "string", of: ({ spec }) => spec.username ?? "" },
    {
      name: "RequestedDuration",
      type: "string",
      of: ({ spec: { expirationSeconds } }) =>
        expirationSeconds === undefined ? none : humanDuration(expirationSeconds * 1_000),
    },
    { name: "Condition", type: "string", of: conditionText },
  ],
  selectableFields: { "spec.signerName": ({ spec }) => (spec as Partial<Csr["spec"]>).signerName ?? "" },
  prepareForCreate: (csr, { user }) => {
    // Who asks is known better here than to the one who asks.
    const { spec = {} } = csr as Received<Csr>;
    const asked = without(spec, "username", "uid", "groups", "extra");
    const { name, groups, uid, extra } = user;
    const who = {
      username: name,
      groups,
      ...(uid === undefined ? {} : { uid }),
      ...(extra === undefined ? {} : { extra }),
    };
    return { ...csr, spec: { ...asked, ...who } as Csr["spec"], status: {} };
  },
  prepareForUpdate: (next, previous) => ({ ...next, spec: previous.spec, status: previous.status ?? {} }),
  prepareForStatusUpdate: (next, previous) => ({
    ...previous,
    metadata: { ...previous.metadata, resourceVersion: next.metadata.resourceVersion },
    status: { ...next.status, conditions: keptVerdicts(next, previous) },
  }),
  validate: validateRequest,
  validateUpdate: (next, previous) => validateRequestChange(next, previous, mainDoor),
  validateStatusUpdate: (next, previous) => [
    ...validateRequest(next),
    ...validateRequestChange(next, previous, statusDoor),
  ],
});

/** A signer who leaves the verdict out does not take it back. */
function keptVerdicts(next: Csr, previous: Csr) {
  const given = next.status?.conditions ?? [];
  const left = (previous.status?.conditions ?? []).filter(
    ({ type }) =>
      (verdicts as readonly string[]).includes(type) && !given.some((other) => other.type === type),
  );
  return [...left, ...given];
}

function conditionText({ status = {} }: Csr): string {
  const types = (status.conditions ?? []).map(({ type }) => type);
  const verdict = types.includes("Denied") ? "Denied" : types.includes("Approved") ? "Approved" : "Pending";
  const failed = types.includes("Failed") ? ",Failed" : "";
  return `${verdict}${failed}${(status.certificate ?? "") === "" ? "" : ",Issued"}`;
}
