/** ServiceCIDR: a range that services get their addresses of. */
import type { ServiceCidr } from "@kubus/shared/api/networking.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { parseRange } from "../../addresses.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { validateCanonicalRange } from "../../validate-address.ts";

const field = "spec.cidrs";

export const serviceCidrKind = defineKind<ServiceCidr>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "ServiceCIDR",
  plural: "servicecidrs",
  owner: "service address controller",
  scope: "Cluster",
  subresources: ["status"],
  columns: [
    nameColumn,
    { name: "CIDRs", type: "string", of: ({ spec }) => (spec?.cidrs ?? []).join(",") },
    ageColumn,
  ],
  validate: ({ spec = {} }) => validateRanges(spec.cidrs ?? []),
  validateUpdate: validateServiceCidrUpdate,
  validateStatusUpdate: () => [],
});

/** One range of each family at most. */
function validateRanges(cidrs: Received<readonly string[]>): readonly Cause[] {
  if (cidrs.length === 0) return [cause.required(field, "at least one CIDR required")];
  if (cidrs.length > 2) return [cause.invalid(field, { cidrs }, "may only hold up to 2 values")];
  const [first, second] = cidrs.map((cidr) => parseRange(cidr)?.family);
  return [
    ...cidrs.flatMap((cidr, i) => validateCanonicalRange(cidr, `${field}[${i}]`)),
    ...(first !== undefined && first === second
      ? [
          cause.invalid(
            field,
            cidrs,
            "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64",
          ),
        ]
      : []),
  ];
}

/** Ranges stay; a second family may come. */
function validateServiceCidrUpdate(next: ServiceCidr, previous: ServiceCidr): readonly Cause[] {
  const [after, before] = [next.spec?.cidrs ?? [], previous.spec?.cidrs ?? []];
  const mayGrow = before.length === 1 && after.length === 2;
  if (after.length !== before.length && !mayGrow) return [cause.invalid(field, after, "field is immutable")];
  return before.flatMap((cidr, i) =>
    cidr === after[i] ? [] : [cause.invalid(`${field}[${i}]`, after[i], "field is immutable")],
  );
}
