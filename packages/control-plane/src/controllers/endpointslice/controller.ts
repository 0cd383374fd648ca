/** Endpoint slices of pods: one key per service. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import type { EndpointSlice } from "@kubus/shared/api/discovery.ts";
import { endpointSliceKind, nodeKind, podKind, serviceKind } from "../../kinds/index.ts";
import { lastingService, membersOf, wakeServicesOfNode, wakeServicesOfPod } from "../endpoints/wake.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey, wakeSelf } from "../workload/wake.ts";
import { manager, reconcile, type SlicesView } from "./reconcile.ts";
import { managedByLabel, serviceNameLabel } from "./slices.ts";

export const endpointSliceController = defineController<SlicesView>({
  name: "endpointslice",
  guarantee:
    "Each pod of a Service with a selector is in one of its EndpointSlices, with what it is fit for.",
  watches: [
    { kind: serviceKind, wakes: wakeSelf },
    { kind: podKind, wakes: wakeServicesOfPod },
    { kind: nodeKind, wakes: wakeServicesOfNode },
    { kind: endpointSliceKind, wakes: wakeServiceOfSlice(manager) },
  ],
  observe: (key, { cache }) => {
    const { namespace, name } = splitKey(key);
    const service = lastingService(cache, namespace, name);
    return {
      service,
      slices: service === undefined ? [] : slicesOf(cache, service.metadata, manager),
      members: service === undefined ? [] : membersOf(cache, service),
    };
  },
  reconcile,
  isGone: ({ service }) => service === undefined,
});

/** The slices of a service that somebody made. */
export function slicesOf(
  cache: Cache,
  { namespace, name }: { readonly namespace?: string; readonly name: string },
  managedBy: string,
): readonly EndpointSlice[] {
  return cache
    .list(endpointSliceKind, namespace)
    .filter(
      ({ metadata: { labels } }) =>
        labels?.[serviceNameLabel] === name && labels[managedByLabel] === managedBy,
    );
}

export function wakeServiceOfSlice(managedBy: string) {
  return ({ object, previous }: CacheEvent): readonly string[] => {
    const versions = previous === undefined ? [object] : [object, previous];
    const names = versions.flatMap(({ metadata: { namespace = "", labels } }) =>
      labels?.[managedByLabel] === managedBy && labels[serviceNameLabel] !== undefined
        ? [keyOf({ metadata: { namespace, name: labels[serviceNameLabel] } })]
        : [],
    );
    return [...new Set(names)];
  };
}
