/**
 * Which pods stand behind a service, and how each can be reached. Shared by Endpoints and endpoint slices. Pure.
 *
 * INVARIANT: a pod on a board that is lost serves nobody, whatever its own last word was.
 */
import type { ObjectReference, Service, ServicePort } from "@kubus/shared/api/core.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { isFinished, isReady, type Container, type Pod } from "@kubus/shared/api/pod.ts";
import { parseAddress } from "../../kinds/addresses.ts";

const zoneLabel = "topology.kubernetes.io/zone";

export type Family = "IPv4" | "IPv6";

export interface Member {
  readonly pod: Pod;
  /** The board it is on; undefined when there is no such Node. */
  readonly node: Node | undefined;
}

/** Services of this sort get their endpoints from their pods; those of others are somebody else's matter. */
export const hasEndpointsOfPods = ({ spec }: Service): boolean =>
  spec.type !== "ExternalName" && Object.keys(spec.selector ?? {}).length > 0;

export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === "None";

/** Pods that have an address and a board, and will still do something. */
export function isMember({ pod, node }: Member, service: Service): boolean {
  const hasPlace = pod.spec.nodeName === undefined || pod.spec.nodeName === "" || node !== undefined;
  return (
    !isFinished(pod) &&
    addressesOf(pod).length > 0 &&
    (hasPlace || service.spec.publishNotReadyAddresses === true)
  );
}

/** Whether it could answer now. */
export const isServing = ({ pod, node }: Member): boolean =>
  isReady(pod) && (node === undefined || !isLost(node));

/** Silence on every path: what ran there cannot be counted on. */
export const isLost = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "Unknown") === true;

/** Where the board is. */
export const zoneOf = ({ metadata }: Node): string | undefined => metadata.labels?.[zoneLabel];

export function addressesOf({ status }: Pod): readonly string[] {
  const all = (status?.podIPs ?? []).map(({ ip }) => ip);
  return all.length > 0 ? all : status?.podIP === undefined || status.podIP === "" ? [] : [status.podIP];
}

/** Its address of a family. */
export const addressOf = (pod: Pod, family: Family): string | undefined =>
  addressesOf(pod).find((ip) => parseAddress(ip)?.family === (family === "IPv4" ? 4 : 6));

/** The families of a service's own addresses. */
export function familiesOf({ spec }: Service): readonly Family[] {
  const { ipFamilies = [], clusterIP = "" } = spec;
  if (ipFamilies.length > 0) return ipFamilies;
  return [clusterIP.includes(":") ? "IPv6" : "IPv4"];
}

/** The number that a service's port has in a pod; undefined when the pod has no port of that name. */
export function targetPortOf(
  pod: Pod,
  { port, targetPort, protocol = "TCP" }: ServicePort,
): number | undefined {
  const target = targetPort === undefined || targetPort === 0 || targetPort === "" ? port : targetPort;
  if (typeof target === "number") return target;
  const lasting = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  const named = [...pod.spec.containers, ...lasting]
    .flatMap((container: Container) => container.ports ?? [])
    .find((one) => one.name === target && (one.protocol ?? "TCP") === protocol);
  return named?.containerPort;
}

export const referenceTo = ({ metadata }: Pod): ObjectReference => ({
  kind: "Pod",
  namespace: metadata.namespace ?? "",
  name: metadata.name,
  uid: metadata.uid,
});

/** Pods with a name of their own below the service's. */
export const hostnameOf = ({ spec, metadata }: Pod, service: Service): string | undefined =>
  spec.subdomain === service.metadata.name && metadata.namespace === service.metadata.namespace
    ? spec.hostname || undefined
    : undefined;

/** Whether a change of a pod can matter to anybody who sends it traffic. */
export function isEndpointChange(before: Pod, after: Pod): boolean {
  const facts = ({ metadata, spec, status }: Pod) =>
    JSON.stringify([
      Object.entries(metadata.labels ?? {}).sort(),
      metadata.deletionTimestamp !== undefined,
      [spec.nodeName, spec.hostname, spec.subdomain],
      [status?.phase, status?.podIP, status?.podIPs],
      status?.conditions?.find(({ type }) => type === "Ready"),
    ]);
  return facts(before) !== facts(after);
}
