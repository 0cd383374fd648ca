/** Mirrors of Endpoints that are kept by hand: one key per service. */
import { endpointSliceKind, endpointsKind, serviceKind } from "../../kinds/index.ts";
import { lastingService } from "../endpoints/wake.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey, wakeSelf } from "../workload/wake.ts";
import { slicesOf, wakeServiceOfSlice } from "./controller.ts";
import { mirror, mirroring, type MirrorView } from "./mirror.ts";

export const endpointSliceMirroringController = defineController<MirrorView>({
  name: "endpointslicemirroring",
  guarantee: "Endpoints of a Service without a selector are also in EndpointSlices, where proxies read.",
  watches: [
    { kind: endpointsKind, wakes: wakeSelf },
    { kind: serviceKind, wakes: wakeSelf },
    { kind: endpointSliceKind, wakes: wakeServiceOfSlice(mirroring) },
  ],
  observe: (key, { cache }) => {
    const { namespace, name } = splitKey(key);
    return {
      service: lastingService(cache, namespace, name),
      endpoints: cache.get(endpointsKind, namespace, name),
      slices: slicesOf(cache, { namespace, name }, mirroring),
    };
  },
  reconcile: mirror,
  isGone: ({ endpoints, slices }) => endpoints === undefined && slices.length === 0,
});
