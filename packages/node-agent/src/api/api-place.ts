/** Where the API is to be found, followed: containers are told when they start. */
import type { EndpointSlice } from "@kubus/shared/api/discovery.ts";
import { apiPlaceOf, apiSlice, type ApiPlace } from "../pod/api-place.ts";
import { startReflector, type ReflectorOptions } from "./reflector.ts";

const { namespace, name } = apiSlice;
const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;

export interface ApiPlaces {
  /** Undefined when nobody can tell. */
  readonly find: () => Promise<ApiPlace | undefined>;
  stop(): void;
}

export function followApiPlace(options: Omit<ReflectorOptions, "path" | "what" | "onChange">): ApiPlaces {
  const reflector = startReflector<EndpointSlice>({
    ...options,
    path: `${slices}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`,
    what: "api servers",
    onChange: () => undefined,
  });
  return {
    find: async () => {
      const known = reflector.objects.get(`${namespace}/${name}`);
      if (known !== undefined || reflector.isKnown()) return apiPlaceOf(known);
      // The list is on its way; a container that starts now needs to know too. Without an API there is nothing to tell.
      return options.api.get<EndpointSlice>(`${slices}/${name}`).then(apiPlaceOf, () => undefined);
    },
    stop: () => reflector.stop(),
  };
}
