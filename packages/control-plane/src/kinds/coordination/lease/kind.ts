/** Lease: who holds something, and until when. Renewed every few seconds, so it is transient. */
import type { Lease } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { checked, validateChoiceIfSaid, validateNotNegative, when } from "../../rules.ts";

const strategies = ["OldestEmulationVersion"];

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

type Spec = NonNullable<Received<Lease>["spec"]> & {
  readonly strategy?: string;
  readonly preferredHolder?: string;
};

function validateLease({ spec = {} }: Received<Lease>): readonly Cause[] {
  const { leaseDurationSeconds = 1, leaseTransitions, strategy, preferredHolder = "" }: Spec = spec;
  return [
    ...when(
      leaseDurationSeconds <= 0,
      cause.invalid("spec.leaseDurationSeconds", leaseDurationSeconds, "must be greater than 0"),
    ),
    ...validateNotNegative(leaseTransitions, "spec.leaseTransitions"),
    ...(strategy === undefined ? [] : validateStrategy(strategy)),
    ...when(
      preferredHolder !== "" && (strategy ?? "") === "",
      cause.forbidden("spec.preferredHolder", "may only be specified if `strategy` is defined"),
    ),
  ];
}

/** Kubernetes' own way to elect, or a qualified name of another one. Kubernetes tells the field by this name, too. */
function validateStrategy(strategy: string): readonly Cause[] {
  const field = "spec.strategy.strategy";
  return strategy.includes("/")
    ? checked(qualifiedName, strategy, field)
    : validateChoiceIfSaid(strategy, strategies, field);
}
