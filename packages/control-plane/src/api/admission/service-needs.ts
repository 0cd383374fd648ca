/** What a service needs by its type, and what stays of it when it changes. Pure; rules of core's service strategy. */
import type { Service, ServicePort } from "@kubus/shared/api/core.ts";
import { without } from "../without.ts";

export type WholeSpec = Service["spec"] & {
  readonly externalTrafficPolicy?: string;
  readonly healthCheckNodePort?: number;
  readonly allocateLoadBalancerNodePorts?: boolean;
  readonly ipFamilies?: readonly string[];
  readonly ipFamilyPolicy?: string;
};

export const specOf = ({ spec }: Service): WholeSpec => spec;
export const isHeadless = (spec: WholeSpec): boolean => spec.clusterIP === "None";
export const needsClusterIp = ({ type }: WholeSpec): boolean => type !== "ExternalName";
export const needsNodePort = ({ type, allocateLoadBalancerNodePorts = true }: WholeSpec): boolean =>
  type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts);
export const needsHealthCheckPort = ({ type, externalTrafficPolicy }: WholeSpec): boolean =>
  type === "LoadBalancer" && externalTrafficPolicy === "Local";

/** What was given earlier and is not spoken of stays; what the new type has no use for, and nobody changed, goes. */
export function carriedOver(next: WholeSpec, previous: WholeSpec): WholeSpec {
  const kept = withHealthCheckPort(withNodePorts(withClusterIp(next, previous), previous), previous);
  return withoutUseless(kept, previous);
}

function withClusterIp(next: WholeSpec, previous: WholeSpec): WholeSpec {
  const isKept = needsClusterIp(next) && needsClusterIp(previous) && !next.clusterIP;
  if (!isKept || !previous.clusterIP) return next;
  const { clusterIP, clusterIPs = [clusterIP] } = previous;
  return { ...next, clusterIP, clusterIPs };
}

/** Ports are known again by their names. */
function withNodePorts(next: WholeSpec, previous: WholeSpec): WholeSpec {
  if (!needsNodePort(next) || !needsNodePort(previous) || next.ports === undefined) return next;
  const used = new Set(next.ports.map(({ nodePort = 0 }) => nodePort));
  const known = new Map((previous.ports ?? []).map(({ name = "", nodePort = 0 }) => [name, nodePort]));
  const ports = next.ports.map((port): ServicePort => {
    const nodePort = known.get(port.name ?? "") ?? 0;
    if ((port.nodePort ?? 0) !== 0 || nodePort === 0 || used.has(nodePort)) return port;
    used.add(nodePort);
    return { ...port, nodePort };
  });
  return { ...next, ports };
}

function withHealthCheckPort(next: WholeSpec, previous: WholeSpec): WholeSpec {
  const { healthCheckNodePort = 0 } = previous;
  const isKept = needsHealthCheckPort(next) && needsHealthCheckPort(previous) && healthCheckNodePort !== 0;
  return isKept && !next.healthCheckNodePort ? { ...next, healthCheckNodePort } : next;
}

function withoutUseless(next: WholeSpec, previous: WholeSpec): WholeSpec {
  let spec = next;
  const loses = (needs: (spec: WholeSpec) => boolean) => needs(previous) && !needs(next);
  if (loses(needsClusterIp) && next.clusterIP === previous.clusterIP)
    spec = without(spec, "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy");
  if (loses(needsNodePort) && nodePortsOf(next).join() === nodePortsOf(previous).join())
    spec = { ...spec, ports: (spec.ports ?? []).map((port) => without(port, "nodePort")) };
  if (loses(needsHealthCheckPort) && next.healthCheckNodePort === previous.healthCheckNodePort)
    spec = without(spec, "healthCheckNodePort");
  return spec;
}

/** Every port of the boards that a service holds. */
export const nodePortsOf = ({ ports = [], healthCheckNodePort = 0 }: WholeSpec): readonly number[] =>
  [...ports.map(({ nodePort = 0 }) => nodePort), healthCheckNodePort].filter((port) => port !== 0);

/** Every address that a service holds. */
export const clusterIpsOf = ({ clusterIP, clusterIPs }: WholeSpec): readonly string[] =>
  (clusterIPs ?? (clusterIP ? [clusterIP] : [])).filter((address) => address !== "" && address !== "None");
