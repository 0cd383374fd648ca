/** discovery.k8s.io/v1beta1: node and zone of an endpoint stood among its labels of topology. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Conversion } from "../../other-version.ts";
import { changedEach, fieldsIn, omit, said, type Fields } from "../fields.ts";

const zoneLabel = "topology.kubernetes.io/zone";
const nodeLabel = "kubernetes.io/hostname";

const inEndpoints =
  (change: (endpoint: Fields) => Fields): Conversion =>
  (slice) =>
    changedEach(slice as unknown as Fields, "endpoints", change) as unknown as KubeObject;

const unlessEmpty = (fields: Fields): Fields | undefined =>
  Object.keys(fields).length === 0 ? undefined : fields;

export const readEndpointSlice: Conversion = inEndpoints((endpoint) => {
  const topology = fieldsIn(endpoint, "topology");
  const { nodeName } = endpoint;
  // A host name that only repeats the node's is told by the node's name.
  const repeated = nodeName !== undefined && topology[nodeLabel] === nodeName ? [nodeLabel] : [];
  return said({
    ...omit(endpoint, "topology"),
    zone: topology[zoneLabel],
    deprecatedTopology: unlessEmpty(omit(topology, zoneLabel, ...repeated)),
  });
});

export const writeEndpointSlice: Conversion = inEndpoints((endpoint) => {
  const { zone, nodeName } = endpoint;
  const topology = said({
    [nodeLabel]: nodeName,
    ...fieldsIn(endpoint, "deprecatedTopology"),
    [zoneLabel]: zone,
  });
  return said({
    ...omit(endpoint, "deprecatedTopology", "zone"),
    topology: unlessEmpty(topology),
  });
});
