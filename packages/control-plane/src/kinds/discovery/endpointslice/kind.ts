/** EndpointSlice: some of the addresses behind a service. */
import type { EndpointSlice } from "@kubus/shared/api/discovery.ts";
import { withChanged } from "../../../api/defaults.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { validateImmutable } from "../../rules.ts";
import { validateEndpointSlice } from "./validate.ts";

/** kubectl's table tells of so many, and of how many more there are. */
const shownMax = 3;

export const endpointSliceKind = defineKind<EndpointSlice>({
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  owner: "endpoint slice controller",
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "AddressType", type: "string", of: ({ addressType }) => addressType },
    { name: "Ports", type: "string", of: portsText },
    {
      name: "Endpoints",
      type: "string",
      of: ({ endpoints = [] }) => shown(endpoints.flatMap(({ addresses }) => addresses)),
    },
    ageColumn,
  ],
  setDefaults: setEndpointSliceDefaults,
  validate: validateEndpointSlice,
  validateUpdate: (next, previous) =>
    validateImmutable(next.addressType, previous.addressType, "addressType"),
});

function setEndpointSliceDefaults(slice: EndpointSlice): EndpointSlice {
  return withChanged(slice, "ports", (ports) =>
    ports.map((port) => ({ ...port, name: port.name ?? "", protocol: port.protocol ?? "TCP" })),
  );
}

function portsText({ ports = [] }: EndpointSlice): string {
  return shown(ports.map(({ port, name = "" }) => (port === undefined ? name || "*" : String(port))));
}

function shown(all: readonly string[]): string {
  const first = all.slice(0, shownMax).join(",");
  if (all.length > shownMax) return `${first} + ${all.length - shownMax} more...`;
  return first || "<unset>";
}
