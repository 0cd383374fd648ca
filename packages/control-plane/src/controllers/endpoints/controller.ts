/** Endpoints: one key per service. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { CacheEvent } from "../../cache/cache.ts";
import { endpointsKind, nodeKind, podKind, serviceKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey, wakeSelf } from "../workload/wake.ts";
import { managedByLabel, manager, reconcile, type EndpointsView } from "./reconcile.ts";
import { lastingService, membersOf, wakeServicesOfNode, wakeServicesOfPod } from "./wake.ts";

export const endpointsController = defineController<EndpointsView>({
  name: "endpoint",
  guarantee:
    "A Service with a selector has Endpoints with the addresses of its pods; those of lost boards are not ready.",
  watches: [
    { kind: serviceKind, wakes: wakeSelf },
    { kind: podKind, wakes: wakeServicesOfPod },
    { kind: nodeKind, wakes: wakeServicesOfNode },
    { kind: endpointsKind, wakes: wakeOwn },
  ],
  observe: (key, { cache }) => {
    const { namespace, name } = splitKey(key);
    const service = lastingService(cache, namespace, name);
    return {
      service,
      endpoints: cache.get(endpointsKind, namespace, name),
      members: service === undefined ? [] : membersOf(cache, service),
    };
  },
  reconcile,
  isGone: ({ service, endpoints }) => service === undefined && endpoints === undefined,
});

/** Endpoints that somebody else made before their service are left alone: only a service that goes takes them along. */
function wakeOwn({ type, object }: CacheEvent): readonly string[] {
  const isOurs = object.metadata.labels?.[managedByLabel] === manager;
  return type === "DELETED" || isOurs ? [keyOf(object)] : [];
}
