/**
 * Certificate requests: each is signed by its own key; who judges one needs the verb `approve` on its signer, who
 * signs it `sign`; and nobody gets the group that may do everything by a certificate.
 */
import type { CertificateSigningRequest } from "@kubus/shared/api/certificates.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { cause } from "../../kinds/causes.ts";
import {
  flawOf,
  isSignedByItself,
  requestedIn,
} from "../../kinds/certificates/certificatesigningrequest/pkcs10.ts";
import type { Admitter, AdmissionWorld, Attempt, Mutator } from "../admission.ts";
import { masters } from "../authorization/authorizer.ts";
import { forbidden, invalid } from "../refusals.ts";
import { isSame } from "../same.ts";

type Csr = CertificateSigningRequest;

const isRequest = ({ kind }: Attempt): boolean =>
  kind.group === "certificates.k8s.io" && kind.kind === "CertificateSigningRequest";

/** Conditions say since when they hold. */
export const certificateConditions: Mutator = (attempt, { clock }) => {
  const { object, previous, operation } = attempt;
  const conditions = (object as Csr).status?.conditions;
  if (!isRequest(attempt) || operation !== "update" || conditions === undefined) return object;
  const now = timestamp(clock.now());
  const before = (previous as Csr | undefined)?.status?.conditions ?? [];
  const timed = conditions.map((condition) => ({
    ...condition,
    lastUpdateTime: condition.lastUpdateTime ?? now,
    lastTransitionTime: condition.lastTransitionTime ?? transitionOf(condition, before) ?? now,
  }));
  return { ...(object as Csr), status: { ...(object as Csr).status, conditions: timed } };
};

const transitionOf = ({ type, status }: Condition, before: readonly Condition[]): string | undefined =>
  before.find((other) => other.type === type && other.status === status)?.lastTransitionTime;

export const certificateRequests: Admitter = async (attempt, world) => {
  if (!isRequest(attempt)) return;
  const { operation, subresource } = attempt;
  if (operation === "create") await checkRequest(attempt);
  if (operation === "update" && subresource === "approval") checkRight(attempt, world, "approve");
  if (operation === "update" && subresource === "status" && isSigning(attempt))
    checkRight(attempt, world, "sign");
};

async function checkRequest({ kind, name, object }: Attempt): Promise<void> {
  const { request, signerName } = (object as Csr).spec;
  if (flawOf(request) !== undefined) return; // Validation says so.
  if (!(await isSignedByItself(request)))
    throw invalid(kind, name, [
      cause.invalid("spec.request", request, "the signature of the request is wrong"),
    ]);
  const isClient = signerName === "kubernetes.io/kube-apiserver-client";
  if (isClient && requestedIn(request).organizations.includes(masters))
    throw forbidden(kind, name, `use of ${signerName} signer with ${masters} group is not allowed`);
}

/** The certificate changes, or the signer gives up. */
function isSigning({ object, previous }: Attempt): boolean {
  const [next, before] = [(object as Csr).status, (previous as Csr | undefined)?.status];
  const failed = (status: Csr["status"]) =>
    (status?.conditions ?? []).filter(({ type }) => type === "Failed");
  return next?.certificate !== before?.certificate || !isSame(failed(next), failed(before));
}

function checkRight(attempt: Attempt, { authorizer }: AdmissionWorld, verb: "approve" | "sign"): void {
  const { kind, name, user, object } = attempt;
  const { signerName } = (object as Csr).spec;
  const [domain = ""] = signerName.split("/");
  const may = (signer: string) =>
    authorizer.decide(user, { verb, group: kind.group, resource: "signers", name: signer }).isAllowed;
  if (may(signerName) || may(`${domain}/*`)) return;
  throw forbidden(
    kind,
    name,
    `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`,
  );
}
