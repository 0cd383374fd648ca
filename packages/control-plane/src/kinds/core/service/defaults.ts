/** What the API server fills in on services (core/v1 defaults). Addresses and ports are given by admission. Pure. */
import type { LoadBalancerIngress, Service, ServicePort } from "@kubus/shared/api/core.ts";
import { withChanged, withDefaults } from "../../../api/defaults.ts";
import { without } from "../../../api/without.ts";
import type { Received } from "../../received.ts";
import { isBalanced, isHeadless, isReachedFromOutside, type ServiceSpec } from "./needs.ts";

const affinityTimeoutSeconds = 10_800;
const typesInside = ["ClusterIP", "LoadBalancer", "NodePort"];

export function setServiceDefaults(service: Received<Service>): Service {
  const typed = withDefaults(service.spec ?? {}, { type: "ClusterIP", sessionAffinity: "None" });
  const addressed = { ...typed, ...addresses(typed) };
  const spec = withDefaults(withAffinity(addressed), {
    ...(typesInside.includes(typed.type) ? { internalTrafficPolicy: "Cluster", ...families(addressed) } : {}),
    ...(isReachedFromOutside(typed) ? { externalTrafficPolicy: "Cluster" } : {}),
    ...(isBalanced(typed) ? { allocateLoadBalancerNodePorts: true } : {}),
  });
  const filled = {
    ...service,
    spec: withChanged(spec, "ports", (ports) => ports.map(setPortDefaults)),
  };
  return (isBalanced(typed) ? withModes(filled) : filled) as Service;
}

function setPortDefaults(port: Received<ServicePort>): Received<ServicePort> {
  const filled = withDefaults(port, { protocol: "TCP" as const });
  const { targetPort } = filled;
  return targetPort === undefined || targetPort === 0 || targetPort === ""
    ? { ...filled, targetPort: filled.port }
    : filled;
}

function withAffinity(spec: ServiceSpec): ServiceSpec {
  const { sessionAffinity, sessionAffinityConfig } = spec;
  if (sessionAffinity === "None") return without(spec, "sessionAffinityConfig");
  const isComplete = sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined;
  return sessionAffinity !== "ClientIP" || isComplete
    ? spec
    : { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: affinityTimeoutSeconds } } };
}

/** `clusterIP` and the first of `clusterIPs` are the same thing, told twice. */
function addresses({ clusterIP, clusterIPs }: ServiceSpec): object {
  if (clusterIP && (clusterIPs ?? []).length === 0) return { clusterIPs: [clusterIP] };
  return !clusterIP && clusterIPs?.[0] ? { clusterIP: clusterIPs[0] } : {};
}

/** One family of addresses. Of what has neither address nor selector, whoever writes its endpoints decides. */
function families(spec: ServiceSpec): object {
  const { clusterIP = "", selector = {}, ipFamilies = [], ipFamilyPolicy } = spec;
  const own = clusterIP.includes(":") ? "IPv6" : "IPv4";
  const isOpen = isHeadless(spec) && Object.keys(selector).length === 0;
  return isOpen && ipFamilies.length === 0 && ipFamilyPolicy === undefined
    ? { ipFamilies: ["IPv4", "IPv6"], ipFamilyPolicy: "RequireDualStack" }
    : { ipFamilies: [own], ipFamilyPolicy: "SingleStack" };
}

/** Addresses of balancers are reached as they are, unless told otherwise. */
function withModes(service: Received<Service>): Received<Service> {
  const withMode = (ingress: Received<LoadBalancerIngress>) =>
    ingress.ip ? withDefaults(ingress, { ipMode: "VIP" }) : ingress;
  return withChanged(service, "status", (status) =>
    withChanged(status, "loadBalancer", (balancer) =>
      withChanged(balancer, "ingress", (list) => list.map(withMode)),
    ),
  );
}
