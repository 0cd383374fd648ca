/**
 * What services hold and what says that they hold it: kept in step. Pure.
 *
 * Every address of a service has an IPAddress of its name, and no IPAddress outlives its service. What two services
 * hold nobody can repair but people: they are told.
 */
import type { Service } from "@kubus/shared/api/core.ts";
import type { IpAddress, ServiceCidr } from "@kubus/shared/api/networking.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { clusterIpsOf, nodePortsOf, specOf } from "../../api/admission/service-needs.ts";
import { ipAddressOf } from "../../api/admission/service-cluster-ip.ts";
import { withCondition } from "../../api/verbs/disruption-budget.ts";
import { ipAddressKind, serviceCidrKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { referenceTo } from "../workload/ownership.ts";

/** An address may be taken before its service is stored; after so long nobody is still storing. */
export const youngMs = 60_000;

export const defaultRange = "kubernetes";

/** An IPAddress, and the service that it is for. */
export interface AddressView {
  readonly type: "address";
  readonly address: IpAddress | undefined;
  readonly service: Service | undefined;
  readonly now: number;
}

/** A service, the IPAddresses of its addresses, and others that hold the same as it. */
export interface ServiceView {
  readonly type: "service";
  readonly service: Service | undefined;
  readonly addresses: ReadonlyMap<string, IpAddress>;
  readonly others: readonly Service[];
  /** Addresses outside of the ranges of services are nobody's to keep. */
  readonly isOurs: (address: string) => boolean;
}

export interface RangeView {
  readonly type: "range";
  readonly name: string;
  readonly range: ServiceCidr | undefined;
  readonly serviceCidr: string;
  readonly now: number;
}

export type RepairView = AddressView | ServiceView | RangeView;

export function reconcile(view: RepairView): Plan {
  switch (view.type) {
    case "address":
      return ofAddress(view);
    case "service":
      return ofService(view);
    case "range":
      return ofRange(view);
  }
}

function ofAddress({ address, service, now }: AddressView): Plan {
  if (address === undefined || address.metadata.deletionTimestamp !== undefined) return nothing;
  const { name, uid, creationTimestamp } = address.metadata;
  if (service !== undefined && clusterIpsOf(specOf(service)).includes(name)) return nothing;
  const leftMs = Date.parse(creationTimestamp) + youngMs - now;
  if (leftMs > 0) return { effects: [], requeueAfterMs: leftMs };
  return {
    effects: [{ type: "delete", kind: ipAddressKind, target: { name }, options: { preconditions: { uid } } }],
  };
}

function ofService({ service, addresses, others, isOurs }: ServiceView): Plan {
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return nothing;
  const spec = specOf(service);
  const own = clusterIpsOf(spec).filter(isOurs);
  const missing = own.filter((address) => !addresses.has(address));
  const earlier = others.filter((other) => isEarlier(other, service));
  const theirIps = new Set(earlier.flatMap((other) => clusterIpsOf(specOf(other))));
  const theirPorts = new Set(earlier.flatMap((other) => nodePortsOf(specOf(other))));
  return {
    effects: [
      ...missing
        .filter((address) => !theirIps.has(address))
        .map((address): Effect => ({
          type: "create",
          kind: ipAddressKind,
          object: ipAddressOf(address, service.metadata),
        })),
      ...own
        .filter((address) => theirIps.has(address))
        .map((address) =>
          warning(
            service,
            "ClusterIPAlreadyAllocated",
            `Cluster IP [IPv${address.includes(":") ? 6 : 4}]: ${address} was assigned to multiple services; please recreate service`,
          ),
        ),
      ...[...new Set(nodePortsOf(spec))]
        .filter((port) => theirPorts.has(port))
        .map((port) =>
          warning(
            service,
            "PortAlreadyAllocated",
            `Port ${port} was assigned to multiple services; please recreate service`,
          ),
        ),
    ],
  };
}

/** Who came first keeps what both hold; of two of one second the first by uid. */
const isEarlier = ({ metadata: a }: Service, { metadata: b }: Service): boolean =>
  a.creationTimestamp === b.creationTimestamp ? a.uid < b.uid : a.creationTimestamp < b.creationTimestamp;

const warning = (service: Service, reason: string, message: string): Effect => ({
  type: "recordEvent",
  about: referenceTo(service),
  eventType: "Warning",
  reason,
  message,
});

/** The cluster's own range is an object like those that people add; both are ready as soon as they are there. */
function ofRange({ name, range, serviceCidr, now }: RangeView): Plan {
  if (range === undefined) {
    if (name !== defaultRange) return nothing;
    const object = { metadata: { name }, spec: { cidrs: [serviceCidr] } };
    return { effects: [{ type: "create", kind: serviceCidrKind, object }] };
  }
  const conditions = range.status?.conditions ?? [];
  const isReady = conditions.some(({ type, status }) => type === "Ready" && status === "True");
  if (isReady || range.metadata.deletionTimestamp !== undefined) return nothing;
  const message =
    name === defaultRange ? "Kubernetes default Service CIDR is ready" : "Kubernetes Service CIDR is ready";
  const ready = {
    type: "Ready",
    status: "True",
    reason: "",
    message,
    lastTransitionTime: timestamp(now),
  } as const;
  const { resourceVersion } = range.metadata;
  const status = { conditions: withCondition(conditions, ready) };
  return {
    effects: [{ type: "writeStatus", kind: serviceCidrKind, target: { name, resourceVersion }, status }],
  };
}
