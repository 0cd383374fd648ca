/** What the API server fills in on services (core/v1 defaults). Addresses are given by the service controller. Pure. */
import type { Service, ServicePort } from "@kubus/shared/api/core.ts";
import { withDefaults } from "../../../api/defaults.ts";
import type { Received } from "../../received.ts";

const affinityTimeoutSeconds = 10_800;

interface Affinity {
  readonly sessionAffinity?: string;
  readonly sessionAffinityConfig?: unknown;
}

export function setServiceDefaults(service: Received<Service>): Service {
  const spec: Received<Service["spec"]> & Affinity = withDefaults(service.spec ?? {}, {
    type: "ClusterIP" as const,
    sessionAffinity: "None",
  });
  const isExternalName = spec.type === "ExternalName";
  const isReachedFromOutside = spec.type === "NodePort" || spec.type === "LoadBalancer";
  return {
    ...service,
    spec: withDefaults(
      {
        ...spec,
        ...(spec.ports === undefined ? {} : { ports: spec.ports.map(setPortDefaults) }),
        ...addresses(spec),
      },
      {
        ...(isExternalName ? {} : { internalTrafficPolicy: "Cluster", ...families(spec) }),
        ...(isReachedFromOutside ? { externalTrafficPolicy: "Cluster" } : {}),
        ...(spec.type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
        ...(spec.sessionAffinity === "ClientIP"
          ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: affinityTimeoutSeconds } } }
          : {}),
      },
    ),
  } as Service;
}

function setPortDefaults(port: Received<ServicePort>): Received<ServicePort> {
  const filled = withDefaults(port, { protocol: "TCP" as const });
  const { targetPort } = filled;
  return targetPort === undefined || targetPort === 0 || targetPort === ""
    ? { ...filled, targetPort: filled.port }
    : filled;
}

/** `clusterIP` and the first of `clusterIPs` are the same thing, told twice. */
function addresses({ clusterIP, clusterIPs }: Received<Service["spec"]>): object {
  if (clusterIP && (clusterIPs ?? []).length === 0) return { clusterIPs: [clusterIP] };
  return !clusterIP && clusterIPs?.[0] ? { clusterIP: clusterIPs[0] } : {};
}

/** One family of addresses. Services without a selector of their own family get that of the cluster. */
const families = ({ clusterIP = "" }: Received<Service["spec"]>): object => ({
  ipFamilies: [clusterIP.includes(":") ? "IPv6" : "IPv4"],
  ipFamilyPolicy: "SingleStack",
});
