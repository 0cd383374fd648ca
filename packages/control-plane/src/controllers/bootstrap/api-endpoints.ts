/**
 * Where the Service `kubernetes` leads: to the API of the server that leads. Written in both forms, and put right when
 * somebody changes them. Pure.
 *
 * A loopback address means something else on each machine, so none is told of.
 */
import type { Endpoints } from "@kubus/shared/api/core.ts";
import type { EndpointSlice } from "@kubus/shared/api/discovery.ts";
import type { Draft } from "../../api/objects.ts";
import { isSame } from "../../api/same.ts";
import { parseAddress } from "../../kinds/addresses.ts";
import { endpointSliceKind, endpointsKind } from "../../kinds/index.ts";
import { validateEndpointAddress } from "../../kinds/validate-address.ts";
import type { Effect } from "../engine/plan.ts";

/** Both have the name of the service. */
export const apiService = { namespace: "default", name: "kubernetes" } as const;

const portName = "https";
const endpointsLabels = { "endpointslice.kubernetes.io/skip-mirror": "true" };
const sliceLabels = { "kubernetes.io/service-name": apiService.name };

export interface ApiEndpointsView {
  /** The server's address, seen from boards and pods; undefined: nobody told. */
  readonly apiAddress?: string;
  readonly apiPort: number;
  readonly endpoints: Endpoints | undefined;
  readonly slice: EndpointSlice | undefined;
}

export function keepApiEndpoints(view: ApiEndpointsView): readonly Effect[] {
  const { apiAddress = "" } = view;
  const isReachable = validateEndpointAddress(apiAddress, "").length === 0;
  return isReachable ? [...keepEndpoints(view, apiAddress), ...keepSlice(view, apiAddress)] : [];
}

function keepEndpoints({ endpoints, apiPort }: ApiEndpointsView, ip: string): readonly Effect[] {
  const subsets = [
    { addresses: [{ ip }], ports: [{ name: portName, port: apiPort, protocol: "TCP" as const }] },
  ];
  if (endpoints === undefined) {
    const object: Draft<Endpoints> = { metadata: { ...apiService, labels: endpointsLabels }, subsets };
    return [{ type: "create", kind: endpointsKind, object }];
  }
  if (isSame(endpoints.subsets, subsets)) return [];
  return [{ type: "patch", kind: endpointsKind, target: apiService, patch: { subsets } }];
}

function keepSlice({ slice, apiPort }: ApiEndpointsView, ip: string): readonly Effect[] {
  const endpoints = [{ addresses: [ip], conditions: { ready: true } }];
  const ports = [{ name: portName, port: apiPort, protocol: "TCP" as const }];
  const addressType = parseAddress(ip)?.family === 6 ? "IPv6" : "IPv4";
  const object: Draft<EndpointSlice> = {
    metadata: { ...apiService, labels: sliceLabels },
    addressType,
    endpoints,
    ports,
  };
  const create: Effect = { type: "create", kind: endpointSliceKind, object };
  if (slice === undefined) return [create];
  const remove: Effect = { type: "delete", kind: endpointSliceKind, target: apiService };
  // The type of its addresses stays for a slice's life.
  if (slice.addressType !== addressType) return [remove, create];
  if (isSame(slice.endpoints, endpoints) && isSame(slice.ports, ports)) return [];
  return [{ type: "patch", kind: endpointSliceKind, target: apiService, patch: { endpoints, ports } }];
}
