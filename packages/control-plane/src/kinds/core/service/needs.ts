/** What a service is by its type. Pure. */
import type { Service } from "@kubus/shared/api/core.ts";
import type { Received } from "../../received.ts";

export type ServiceSpec = Received<Service["spec"]>;

export const isHeadless = ({ clusterIPs = [] }: ServiceSpec): boolean =>
  clusterIPs.length === 1 && clusterIPs[0] === "None";

export const isBalanced = ({ type }: ServiceSpec): boolean => type === "LoadBalancer";

/** Whether traffic from outside of the cluster may come in. */
export const isReachedFromOutside = ({ type, externalIPs = [] }: ServiceSpec): boolean =>
  type === "LoadBalancer" || type === "NodePort" || (type === "ClusterIP" && externalIPs.length > 0);

/** Whether balancers have to ask which boards have a pod. */
export const needsHealthCheck = (spec: ServiceSpec): boolean =>
  isBalanced(spec) && spec.externalTrafficPolicy === "Local";
