/** IPAddress: an address of the range of services that somebody has, so that nobody else gets it. */
import type { IpAddress } from "@kubus/shared/api/networking.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain, pathSegmentName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { checked, checkedName, validateImmutable } from "../../rules.ts";
import { canonicalAddress } from "../../validate-address.ts";

export const ipAddressKind = defineKind<IpAddress>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "IPAddress",
  plural: "ipaddresses",
  shortNames: ["ip"],
  owner: "nobody: it has no status",
  scope: "Cluster",
  nameRule: canonicalAddress,
  columns: [nameColumn, { name: "ParentRef", type: "string", of: parentText }, ageColumn],
  validate: ({ spec = {} }) => validateParent(spec.parentRef, "spec.parentRef"),
  validateUpdate: (next, previous) =>
    validateImmutable(next.spec?.parentRef, previous.spec?.parentRef, "spec.parentRef"),
});

/** `services/default/kubernetes`, with the group where it has one. */
function parentText({ spec }: IpAddress): string {
  const { group = "", resource = "", namespace = "", name = "" } = spec?.parentRef ?? {};
  return [group === "" ? resource : `${resource}.${group}`, namespace, name]
    .filter((part) => part !== "")
    .join("/");
}

type Parent = NonNullable<Received<IpAddress>["spec"]>["parentRef"];

function validateParent(parent: Parent, field: string): readonly Cause[] {
  if (parent === undefined) return [cause.required(field)];
  const { group = "", resource = "", namespace = "", name = "" } = parent;
  return [
    ...(group === "" ? [] : checked(dnsSubdomain, group, `${field}.group`)),
    ...checkedName(pathSegmentName, resource, `${field}.resource`),
    ...checkedName(pathSegmentName, name, `${field}.name`),
    ...(namespace === "" ? [] : checked(pathSegmentName, namespace, `${field}.namespace`)),
  ];
}
