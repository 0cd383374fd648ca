/** Which services must look again because a pod or a board changed. Reads the cache. */
import type { Service } from "@kubus/shared/api/core.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { namespaceKind, nodeKind, podKind, serviceKind } from "../../kinds/index.ts";
import { selects } from "../workload/selection.ts";
import { hasEndpointsOfPods, isEndpointChange, isLost, zoneOf, type Member } from "./members.ts";

/** Services that mean the pod, and those that meant it before. */
export function wakeServicesOfPod({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const isNoChange =
    type === "MODIFIED" && previous !== undefined && !isEndpointChange(previous as Pod, object as Pod);
  if (isNoChange) return [];
  const versions = previous === undefined ? [object] : [object, previous];
  return cache
    .list(serviceKind, object.metadata.namespace)
    .filter((service) => versions.some(({ metadata }) => isMeant(service, metadata.labels)))
    .map(keyOf);
}

/** Services of the pods of a board that came, went, was lost or found, or is now elsewhere. */
export function wakeServicesOfNode({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const node = object as Node;
  const before = previous as Node | undefined;
  const isNoChange =
    type === "MODIFIED" &&
    before !== undefined &&
    isLost(before) === isLost(node) &&
    zoneOf(before) === zoneOf(node);
  if (isNoChange) return [];
  const pods = cache.onNode(podKind, node.metadata.name);
  const namespaces = new Set(pods.map(({ metadata }) => metadata.namespace));
  return [...namespaces].flatMap((namespace) => {
    const here = pods.filter(({ metadata }) => metadata.namespace === namespace);
    return cache
      .list(serviceKind, namespace)
      .filter((service) => here.some(({ metadata }) => isMeant(service, metadata.labels)))
      .map(keyOf);
  });
}

/** A service to keep endpoints for: in a namespace that is being emptied, nothing can come any more. */
export function lastingService(cache: Cache, namespace: string, name: string): Service | undefined {
  const room = cache.get(namespaceKind, undefined, namespace);
  return room?.metadata.deletionTimestamp === undefined ? cache.get(serviceKind, namespace, name) : undefined;
}

/** The pods that a service's selector finds, with their boards. */
export function membersOf(cache: Cache, service: Service): readonly Member[] {
  if (!hasEndpointsOfPods(service)) return [];
  return cache
    .list(podKind, service.metadata.namespace)
    .filter(({ metadata }) => isMeant(service, metadata.labels))
    .map((pod) => ({ pod, node: cache.get(nodeKind, undefined, pod.spec.nodeName ?? "") }));
}

const isMeant = (service: Service, labels: Readonly<Record<string, string>> | undefined): boolean =>
  hasEndpointsOfPods(service) && selects({ matchLabels: service.spec.selector ?? {} }, labels);
