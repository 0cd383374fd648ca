/** Endpoint slices of a service, made of the pods that its selector finds. Pure. */
import type { Service } from "@kubus/shared/api/core.ts";
import type { Endpoint, EndpointSlice, EndpointSlicePort } from "@kubus/shared/api/discovery.ts";
import {
  addressOf,
  familiesOf,
  hasEndpointsOfPods,
  hostnameOf,
  isHeadless,
  isMember,
  isServing,
  referenceTo,
  targetPortOf,
  zoneOf,
  type Family,
  type Member,
} from "../endpoints/members.ts";
import { withoutKeys } from "../endpoints/merge.ts";
import { triggerTime } from "../endpoints/trigger-time.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import { ownerReference } from "../workload/ownership.ts";
import { headlessLabel, managedByLabel, planSlices, serviceNameLabel, type SliceGroup } from "./slices.ts";

export const manager = "endpointslice-controller.k8s.io";
/** Endpoints of one slice: a change of one pod then costs every watcher no more than these. */
export const endpointsPerSliceMax = 100;

export interface SlicesView {
  readonly service: Service | undefined;
  /** The slices of this service that this controller made. */
  readonly slices: readonly EndpointSlice[];
  /** The pods that the selector finds. */
  readonly members: readonly Member[];
}

export function reconcile({ service, slices, members }: SlicesView): Plan {
  // Of a service that is gone, slices go with their owner.
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return nothing;
  if (!hasEndpointsOfPods(service)) return nothing;
  const { name, namespace = "", labels } = service.metadata;
  const pods = members.map(({ pod }) => pod);
  const effects = planSlices(slices, {
    namespace,
    baseName: name,
    labels: {
      ...withoutKeys(labels, headlessLabel, serviceNameLabel, managedByLabel),
      ...(isHeadless(service) ? { [headlessLabel]: "" } : {}),
      [serviceNameLabel]: name,
      [managedByLabel]: manager,
    },
    annotations: {},
    owner: ownerReference({ ...service, apiVersion: "v1", kind: "Service" }),
    groups: familiesOf(service).flatMap((family) => groupsOf(service, members, family)),
    endpointsMax: endpointsPerSliceMax,
    triggerTime: (slice) =>
      triggerTime({
        service,
        pods,
        annotations: slice?.metadata.annotations,
        isNew: slice === undefined && slices.length === 0,
      }),
    whenEmpty: "keepOne",
  });
  return { effects };
}

/** Pods by the numbers that the service's ports have in them. There is a group at least, also without pods. */
function groupsOf(service: Service, members: readonly Member[], family: Family): readonly SliceGroup[] {
  const groups = new Map<string, { ports: readonly EndpointSlicePort[]; endpoints: Endpoint[] }>();
  for (const member of members.filter((one) => isMember(one, service))) {
    const endpoint = endpointOf(service, member, family);
    if (endpoint === undefined) continue;
    const ports = portsOf(service, member);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(endpoint);
    groups.set(key, group);
  }
  const found = [...groups.values()].map((group) => ({ ...group, addressType: family }));
  return found.length > 0 ? found : [{ addressType: family, ports: [], endpoints: [] }];
}

function portsOf({ spec }: Service, { pod }: Member): readonly EndpointSlicePort[] {
  return (spec.ports ?? []).flatMap((port) => {
    const number = targetPortOf(pod, port);
    const { name = "", protocol = "TCP", appProtocol } = port;
    return number === undefined
      ? []
      : [{ name, protocol, port: number, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function endpointOf(service: Service, member: Member, family: Family): Endpoint | undefined {
  const { pod, node } = member;
  const address = addressOf(pod, family);
  if (address === undefined) return undefined;
  const serving = isServing(member);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { nodeName = "" } = pod.spec;
  const hostname = hostnameOf(pod, service);
  const zone = node === undefined ? undefined : zoneOf(node);
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    targetRef: referenceTo(pod),
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === "" ? {} : { nodeName }),
    ...(zone === undefined || zone === "" ? {} : { zone }),
  };
}
