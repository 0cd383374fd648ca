/** Endpoints: the addresses behind a service, all in one object. Slices have taken its place. */
import type { Endpoints } from "@kubus/shared/api/core.ts";
import { withChanged } from "../../../api/defaults.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { validateEndpoints } from "./validate.ts";

/** kubectl's table tells of so many addresses, and of how many more there are. */
const shownMax = 3;

export const endpointsKind = defineKind<Endpoints>({
  version: "v1",
  kind: "Endpoints",
  plural: "endpoints",
  shortNames: ["ep"],
  owner: "endpoints controller",
  deprecation: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  columns: [nameColumn, { name: "Endpoints", type: "string", of: endpointsText }, ageColumn],
  setDefaults: setEndpointsDefaults,
  validate: validateEndpoints,
});

function setEndpointsDefaults(endpoints: Endpoints): Endpoints {
  return withChanged(endpoints, "subsets", (subsets) =>
    subsets.map((subset) =>
      withChanged(subset, "ports", (ports) =>
        ports.map((port) => ({ ...port, protocol: port.protocol || "TCP" })),
      ),
    ),
  );
}

function endpointsText({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return none;
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`)),
        ),
  );
  const shown = all.slice(0, shownMax).join(",");
  return all.length > shownMax ? `${shown} + ${all.length - shownMax} more...` : shown;
}
