/**
 * Where containers find the API: the variables that every client library looks for. Pure.
 *
 * They name the first endpoint of the service `default/kubernetes` and not the service's own address: boards do not
 * lead service addresses anywhere yet, and the servers' certificates hold their own addresses too. A container that
 * outlives a change of the leading server keeps the former address, as it would keep any variable.
 */
import type { EndpointSlice } from "@kubus/shared/api/discovery.ts";

export interface ApiPlace {
  readonly host: string;
  readonly port: number;
}

/** The slice of the service `kubernetes`. */
export const apiSlice = { namespace: "default", name: "kubernetes" } as const;

export function apiPlaceOf(slice: EndpointSlice | undefined): ApiPlace | undefined {
  const host = slice?.endpoints?.find(({ conditions }) => conditions?.ready !== false)?.addresses[0];
  const port = (slice?.ports ?? []).find(({ name }) => name === "https")?.port;
  return host === undefined || port === undefined ? undefined : { host, port };
}

/** As kubelet names them for a service `kubernetes` with one port `https`. */
export function apiVariables(place: ApiPlace | undefined): readonly (readonly [string, string])[] {
  if (place === undefined) return [];
  const port = String(place.port);
  const url = `tcp://${place.host.includes(":") ? `[${place.host}]` : place.host}:${port}`;
  const ofPort = `KUBERNETES_PORT_${port}_TCP`;
  return [
    ["KUBERNETES_SERVICE_HOST", place.host],
    ["KUBERNETES_SERVICE_PORT", port],
    ["KUBERNETES_SERVICE_PORT_HTTPS", port],
    ["KUBERNETES_PORT", url],
    [ofPort, url],
    [`${ofPort}_PROTO`, "tcp"],
    [`${ofPort}_PORT`, port],
    [`${ofPort}_ADDR`, place.host],
  ];
}
