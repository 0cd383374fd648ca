/** Lease: who holds something, and until when. Renewed every few seconds, so it is transient. */
import type { Lease } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";

export const leaseKind = defineKind<Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  owner: "its holder",
  storage: "transient",
  columns: [
    nameColumn,
    { name: "Holder", type: "string", of: ({ spec }) => spec?.holderIdentity ?? "" },
    ageColumn,
  ],
  validate: validateLease,
});

function validateLease({ spec = {} }: Lease): readonly Cause[] {
  const { leaseDurationSeconds, leaseTransitions } = spec;
  return [
    ...(leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0
      ? [cause.invalid("spec.leaseDurationSeconds", leaseDurationSeconds, "must be greater than 0")]
      : []),
    ...(leaseTransitions !== undefined && leaseTransitions < 0
      ? [cause.invalid("spec.leaseTransitions", leaseTransitions, "must be greater than or equal to 0")]
      : []),
  ];
}
