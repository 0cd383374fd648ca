/** Endpoints of a service: one object with its name, made of the pods that its selector finds. Pure. */
import type { EndpointPort, Endpoints, Service } from "@kubus/shared/api/core.ts";
import type { Draft } from "../../api/objects.ts";
import { isSame } from "../../api/same.ts";
import { endpointsKind } from "../../kinds/index.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
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
  type Member,
} from "./members.ts";
import { mergeOf, withoutKeys, type Texts } from "./merge.ts";
import { subsetsOf, type Reachable } from "./subsets.ts";
import { triggerTime, triggerTimeAnnotation } from "./trigger-time.ts";

const capacityAnnotation = "endpoints.kubernetes.io/over-capacity";
const headlessLabel = "service.kubernetes.io/headless";
export const managedByLabel = "endpoints.kubernetes.io/managed-by";
export const manager = "endpoint-controller";

export interface EndpointsView {
  readonly service: Service | undefined;
  readonly endpoints: Endpoints | undefined;
  /** The pods that the selector finds. */
  readonly members: readonly Member[];
}

export function reconcile(view: EndpointsView): Plan {
  const { service, endpoints } = view;
  if (service === undefined) return endpoints === undefined ? nothing : { effects: [remove(endpoints)] };
  if (!hasEndpointsOfPods(service) || service.metadata.deletionTimestamp !== undefined) return nothing;
  const { subsets, isTruncated } = subsetsOf(view.members.flatMap((member) => reachableAt(member, service)));
  const wanted = { subsets, labels: labelsOf(service), isTruncated };
  return {
    effects:
      endpoints === undefined
        ? [create(view, service, wanted)]
        : change(view, service, { ...wanted, endpoints }),
  };
}

interface Wanted {
  readonly subsets: NonNullable<Endpoints["subsets"]>;
  readonly labels: Texts;
  readonly isTruncated: boolean;
}

function reachableAt(member: Member, service: Service): readonly Reachable[] {
  const { pod } = member;
  const { publishNotReadyAddresses = false, ports = [] } = service.spec;
  const isEnding = pod.metadata.deletionTimestamp !== undefined;
  const ip = addressOf(pod, familiesOf(service)[0] ?? "IPv4");
  if (ip === undefined || !isMember(member, service) || (isEnding && !publishNotReadyAddresses)) return [];
  const reached = ports.flatMap((port): EndpointPort[] => {
    const number = targetPortOf(pod, port);
    const { name, protocol = "TCP", appProtocol } = port;
    return number === undefined
      ? []
      : [
          {
            ...(name ? { name } : {}),
            port: number,
            protocol,
            ...(appProtocol === undefined ? {} : { appProtocol }),
          },
        ];
  });
  // A headless service may have no ports at all; a port that no container has makes a pod no endpoint.
  if (reached.length === 0 && ports.length > 0) return [];
  const hostname = hostnameOf(pod, service);
  const { nodeName = "" } = pod.spec;
  const address = {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === "" ? {} : { nodeName }),
    targetRef: referenceTo(pod),
  };
  return [{ address, isReady: publishNotReadyAddresses || isServing(member), ports: reached }];
}

const labelsOf = (service: Service): Texts => ({
  ...withoutKeys(service.metadata.labels, headlessLabel),
  ...(isHeadless(service) ? { [headlessLabel]: "" } : {}),
  [managedByLabel]: manager,
});

function create({ members }: EndpointsView, service: Service, wanted: Wanted): Effect {
  const { name, namespace = "" } = service.metadata;
  const pods = members.map(({ pod }) => pod);
  const time = triggerTime({ service, pods, annotations: undefined, isNew: true });
  const annotations = annotationsOf({}, wanted.isTruncated, time);
  const metadata = {
    name,
    namespace,
    labels: wanted.labels,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  const object: Draft<Endpoints> = {
    metadata,
    ...(wanted.subsets.length === 0 ? {} : { subsets: wanted.subsets }),
  };
  return { type: "create", kind: endpointsKind, object };
}

function change(
  { members }: EndpointsView,
  service: Service,
  { endpoints, subsets, labels, isTruncated }: Wanted & { readonly endpoints: Endpoints },
): readonly Effect[] {
  const { metadata } = endpoints;
  const isCapacitySaid = metadata.annotations?.[capacityAnnotation] !== undefined;
  const isRight =
    isSame(endpoints.subsets ?? [], subsets) &&
    mergeOf(metadata.labels, labels) === undefined &&
    isCapacitySaid === isTruncated;
  if (isRight) return [];
  const pods = members.map(({ pod }) => pod);
  const time = triggerTime({ service, pods, annotations: metadata.annotations, isNew: false });
  const patch = {
    metadata: {
      resourceVersion: metadata.resourceVersion,
      labels: mergeOf(metadata.labels, labels),
      annotations: mergeOf(metadata.annotations, annotationsOf(metadata.annotations, isTruncated, time)),
    },
    subsets: subsets.length === 0 ? null : subsets,
  };
  const { name, namespace = "" } = metadata;
  return [{ type: "patch", kind: endpointsKind, target: { name, namespace }, patch }];
}

const annotationsOf = (before: Texts | undefined, isTruncated: boolean, time: string | undefined): Texts => ({
  ...withoutKeys(before, capacityAnnotation, triggerTimeAnnotation),
  ...(isTruncated ? { [capacityAnnotation]: "truncated" } : {}),
  ...(time === undefined ? {} : { [triggerTimeAnnotation]: time }),
});

const remove = ({ metadata: { name, namespace = "", uid } }: Endpoints): Effect => ({
  type: "delete",
  kind: endpointsKind,
  target: { name, namespace },
  options: { preconditions: { uid } },
});
