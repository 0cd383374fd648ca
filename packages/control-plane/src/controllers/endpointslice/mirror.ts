/** Endpoint slices of Endpoints that somebody keeps by hand, for a service without a selector. Pure. */
import type { EndpointAddress, Endpoints, EndpointSubset, Service } from "@kubus/shared/api/core.ts";
import type { Endpoint, EndpointSlice, EndpointSlicePort } from "@kubus/shared/api/discovery.ts";
import { parseAddress } from "../../kinds/addresses.ts";
import { endpointSliceKind } from "../../kinds/index.ts";
import { withoutKeys } from "../endpoints/merge.ts";
import { triggerTimeAnnotation } from "../endpoints/trigger-time.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import { ownerReference } from "../workload/ownership.ts";
import type { Family } from "../endpoints/members.ts";
import { managedByLabel, planSlices, serviceNameLabel, type SliceGroup } from "./slices.ts";

export const mirroring = "endpointslicemirroring-controller.k8s.io";
const skipLabel = "endpointslice.kubernetes.io/skip-mirror";
const leaderAnnotation = "control-plane.alpha.kubernetes.io/leader";
const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";
/** Addresses of a subset that are mirrored: what a slice holds. */
const endpointsMax = 1_000;

export interface MirrorView {
  readonly service: Service | undefined;
  readonly endpoints: Endpoints | undefined;
  /** The slices of this service that mirror. */
  readonly slices: readonly EndpointSlice[];
}

export function mirror({ service, endpoints, slices }: MirrorView): Plan {
  if (endpoints === undefined || service === undefined || !isMirrored(endpoints, service))
    return slices.length === 0 ? nothing : { effects: deletionsOf(slices) };
  const { name, namespace = "", labels, annotations } = endpoints.metadata;
  const effects = planSlices(slices, {
    namespace,
    baseName: name,
    labels: {
      ...withoutKeys(labels, skipLabel),
      [serviceNameLabel]: name,
      [managedByLabel]: mirroring,
    },
    annotations: withoutKeys(annotations, lastAppliedAnnotation, triggerTimeAnnotation),
    owner: ownerReference({ ...endpoints, apiVersion: "v1", kind: "Endpoints" }),
    groups: (endpoints.subsets ?? []).flatMap(groupsOf),
    endpointsMax,
    triggerTime: () => annotations?.[triggerTimeAnnotation],
    whenEmpty: "none",
  });
  return { effects };
}

/** Those of a service with a selector have slices of their own; those of a leader's election are no addresses. */
const isMirrored = ({ metadata }: Endpoints, { spec }: Service): boolean =>
  Object.keys(spec.selector ?? {}).length === 0 &&
  metadata.labels?.[skipLabel] !== "true" &&
  metadata.annotations?.[leaderAnnotation] === undefined &&
  metadata.deletionTimestamp === undefined;

function groupsOf({
  addresses = [],
  notReadyAddresses = [],
  ports = [],
}: EndpointSubset): readonly SliceGroup[] {
  const endpoints = [
    ...addresses.map((address) => endpointOf(address, true)),
    ...notReadyAddresses.map((address) => endpointOf(address, false)),
  ];
  const slicePorts = ports.map(({ name = "", port, protocol = "TCP", appProtocol }): EndpointSlicePort => ({
    name,
    port,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
  return (["IPv4", "IPv6"] as const).map((addressType) => ({
    addressType,
    ports: slicePorts,
    endpoints: endpoints.filter((endpoint) => familyOf(endpoint) === addressType).slice(0, endpointsMax),
  }));
}

const endpointOf = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname === undefined ? {} : { hostname }),
  ...(nodeName === undefined ? {} : { nodeName }),
  ...(targetRef === undefined ? {} : { targetRef }),
});

const familyOf = ({ addresses: [ip = ""] }: Endpoint): Family =>
  parseAddress(ip)?.family === 6 ? "IPv6" : "IPv4";

const deletionsOf = (slices: readonly EndpointSlice[]): Plan["effects"] =>
  slices.map(({ metadata: { name, namespace = "", uid } }) => ({
    type: "delete",
    kind: endpointSliceKind,
    target: { name, namespace },
    options: { preconditions: { uid } },
  }));
