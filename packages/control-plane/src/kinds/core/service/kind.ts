/** Service: one stable address for the pods that its selector finds. */
import type { Service } from "@kubus/shared/api/core.ts";
import { dns1035Label } from "../../../api/names.ts";
import { formatLabels } from "../../../api/selectors.ts";
import { without } from "../../../api/without.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import { defineKind, withStatus } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { setServiceDefaults } from "./defaults.ts";
import { isBalanced, isReachedFromOutside } from "./needs.ts";
import { validateService, validateServiceStatus } from "./validate.ts";
import { validateServiceUpdate } from "./validate-cluster-ips.ts";

/** kubectl's narrow table cuts the addresses of a load balancer here. */
const addressesLengthMax = 16;

export const serviceKind = defineKind<Service>({
  version: "v1",
  kind: "Service",
  plural: "services",
  shortNames: ["svc"],
  categories: ["all"],
  owner: "service controller",
  subresources: ["status"],
  nameRule: dns1035Label,
  columns: [
    nameColumn,
    { name: "Type", type: "string", of: ({ spec }) => spec.type ?? "" },
    {
      name: "Cluster-IP",
      type: "string",
      of: ({ spec }) => spec.clusterIPs?.[0] ?? (spec.clusterIP || none),
    },
    { name: "External-IP", type: "string", of: externalAddresses },
    { name: "Port(s)", type: "string", of: portsText },
    ageColumn,
    { name: "Selector", type: "string", priority: 1, of: ({ spec }) => formatLabels(spec.selector) || none },
  ],
  selectableFields: {
    "spec.clusterIP": ({ spec }) => spec.clusterIP ?? "",
    "spec.type": ({ spec }) => spec.type ?? "",
  },
  setDefaults: setServiceDefaults,
  prepareForCreate: (service) => ({ ...service, status: { loadBalancer: {} } }),
  prepareForUpdate: keepGiven,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatus,
});

/** Addresses stay when a client that does not know them writes the service back; what its new type lacks goes. */
function keepGiven(next: Received<Service>, previous: Service): Service {
  const { spec = {} } = next;
  const { clusterIP, clusterIPs } = previous.spec;
  const keeps = spec.type !== "ExternalName" && !spec.clusterIP && (clusterIP ?? "") !== "";
  const kept = keeps ? { clusterIP, ...(clusterIPs === undefined ? {} : { clusterIPs }) } : {};
  const whole = { ...spec, ...kept } as Service["spec"];
  return withStatus({ ...next, spec: without(whole, ...useless(whole, previous.spec)) } as Service, previous);
}

/** Fields that only the type of before had, and that nobody has changed since. */
function useless(next: Service["spec"], previous: Service["spec"]): readonly (keyof Service["spec"])[] {
  const lost = (is: (spec: Service["spec"]) => boolean) => is(previous) && !is(next);
  const fields = [
    ...(lost(isBalanced) ? (["loadBalancerClass", "allocateLoadBalancerNodePorts"] as const) : []),
    ...(lost(isReachedFromOutside) ? (["externalTrafficPolicy"] as const) : []),
  ];
  return fields.filter((field) => next[field] === previous[field]);
}

function externalAddresses({ spec, status }: Service): string {
  if (spec.type === "ExternalName") return spec.externalName ?? "";
  const external = spec.externalIPs ?? [];
  if (spec.type !== "LoadBalancer") return external.join(",") || none;
  const given = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? "");
  const text = [...given, ...external].join(",");
  if (text === "") return "<pending>";
  return text.length > addressesLengthMax ? `${text.slice(0, addressesLengthMax - 3)}...` : text;
}

function portsText({ spec }: Service): string {
  const texts = (spec.ports ?? []).map(({ port, nodePort, protocol = "TCP" }) =>
    nodePort === undefined || nodePort === 0 ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
  );
  return texts.join(",") || none;
}
