/** Ingress: which requests from outside go to which services. */
import type { Ingress } from "@kubus/shared/api/networking.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { validateIngress, validateIngressCreate, validateIngressStatus } from "./validate.ts";

/** More hosts than these are only counted. */
const hostsShownMax = 3;

export const ingressKind = defineKind<Ingress>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  plural: "ingresses",
  shortNames: ["ing"],
  owner: "ingress controller",
  subresources: ["status"],
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Class", type: "string", of: ({ spec }) => spec.ingressClassName ?? none },
    { name: "Hosts", type: "string", of: hostsText },
    { name: "Address", type: "string", of: addressText },
    { name: "Ports", type: "string", of: ({ spec }) => ((spec.tls ?? []).length > 0 ? "80, 443" : "80") },
    ageColumn,
  ],
  setDefaults: (ingress: Received<Ingress>) => ({ spec: {}, ...ingress }) as Ingress,
  prepareForCreate: (ingress) => ({ ...ingress, status: { loadBalancer: {} } }),
  validate: validateIngress,
  validateCreate: validateIngressCreate,
  validateStatusUpdate: validateIngressStatus,
});

function hostsText({ spec }: Ingress): string {
  const hosts = (spec.rules ?? []).map(({ host = "" }) => host).filter((host) => host !== "");
  if (hosts.length === 0) return "*";
  const shown = hosts.slice(0, hostsShownMax).join(",");
  return hosts.length > hostsShownMax ? `${shown} + ${hosts.length - hostsShownMax} more...` : shown;
}

function addressText({ status }: Ingress): string {
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || (hostname ?? ""));
  return [...new Set(addresses.filter((address) => address !== ""))].sort().join(",");
}
