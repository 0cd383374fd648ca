/** Slices as they are, made into slices as they shall be: which are created, changed and deleted. Pure. */
import type { AddressType, Endpoint, EndpointSlice, EndpointSlicePort } from "@kubus/shared/api/discovery.ts";
import type { OwnerReference } from "@kubus/shared/api/meta.ts";
import type { Draft } from "../../api/objects.ts";
import { isSame } from "../../api/same.ts";
import { endpointSliceKind } from "../../kinds/index.ts";
import { mergeOf, withoutKeys, type Texts } from "../endpoints/merge.ts";
import { triggerTimeAnnotation } from "../endpoints/trigger-time.ts";
import type { Effect } from "../engine/plan.ts";
import { pack } from "./packing.ts";

export const serviceNameLabel = "kubernetes.io/service-name";
export const managedByLabel = "endpointslice.kubernetes.io/managed-by";
export const headlessLabel = "service.kubernetes.io/headless";

/** Endpoints that all have the same ports and type of address. */
export interface SliceGroup {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointSlicePort[];
  readonly endpoints: readonly Endpoint[];
}

export interface WantedSlices {
  readonly namespace: string;
  /** Names of slices begin with it. */
  readonly baseName: string;
  readonly labels: Texts;
  /** Besides the time of the last change. */
  readonly annotations: Texts;
  readonly owner: OwnerReference;
  readonly groups: readonly SliceGroup[];
  readonly endpointsMax: number;
  /** Since when slices that are written now should be so; undefined: nothing that has a time changed. */
  readonly triggerTime: (slice: EndpointSlice | undefined) => string | undefined;
  /** Whether a service without endpoints has a slice that says so. */
  readonly whenEmpty: "keepOne" | "none";
}

export function planSlices(existing: readonly EndpointSlice[], wanted: WantedSlices): readonly Effect[] {
  const used = new Set<EndpointSlice>();
  const plans = withPlaceholders(wanted).map((group) => {
    const own = existing.filter((slice) => isOfGroup(slice, group));
    for (const slice of own) used.add(slice);
    return planGroup(own, group, wanted.endpointsMax);
  });
  const surplus = [
    ...existing.filter((slice) => !used.has(slice)),
    ...plans.flatMap(({ surplus: slices }) => slices),
  ].filter(isLasting);
  const missing = plans.flatMap((plan) => plan.missing);
  const reused = reuse(missing, surplus);
  const isReused = (slice: EndpointSlice) => reused.some(([, one]) => one === slice);
  return [
    ...missing.filter((part) => !reused.some(([one]) => one === part)).map((part) => create(part, wanted)),
    ...reused.map(([part, slice]) => change(slice, part, wanted)),
    ...plans.flatMap(({ changed }) => changed.map(({ slice, ...part }) => change(slice, part, wanted))),
    ...plans
      .flatMap(({ kept }) => kept.filter((slice) => !isLabelled(slice, wanted)))
      .map((slice) => change(slice, {}, wanted)),
    ...surplus.filter((slice) => !isReused(slice)).map(remove),
  ];
}

const isLasting = ({ metadata }: EndpointSlice): boolean => metadata.deletionTimestamp === undefined;

/** A slice that nobody needs any more becomes one that is missing: fewer objects come and go. */
function reuse(
  missing: readonly SliceGroup[],
  surplus: readonly EndpointSlice[],
): readonly (readonly [SliceGroup, EndpointSlice])[] {
  const free = [...surplus];
  return missing.flatMap((part) => {
    const at = free.findIndex(({ addressType }) => addressType === part.addressType);
    const [slice] = at < 0 ? [] : free.splice(at, 1);
    return slice === undefined ? [] : [[part, slice] as const];
  });
}

/** Of each type of address there is one slice at least, that watchers see that there is nothing. */
function withPlaceholders({ groups, whenEmpty }: WantedSlices): readonly SliceGroup[] {
  const filled = merged(groups.filter(({ endpoints }) => endpoints.length > 0));
  if (whenEmpty === "none") return filled;
  const types = [...new Set(groups.map(({ addressType }) => addressType))];
  const empty = types.filter((type) => !filled.some(({ addressType }) => addressType === type));
  return [...filled, ...empty.map((addressType) => ({ addressType, ports: [], endpoints: [] }))];
}

/** Endpoints with the same ports and type of address are one group, wherever they come from. */
function merged(groups: readonly SliceGroup[]): readonly SliceGroup[] {
  const byMeaning = new Map<string, SliceGroup>();
  for (const group of groups) {
    const key = `${group.addressType} ${textOf(group.ports.map(complete).map(textOf).sort())}`;
    const known = byMeaning.get(key);
    const endpoints = [...(known?.endpoints ?? []), ...group.endpoints];
    byMeaning.set(key, { ...group, endpoints });
  }
  return [...byMeaning.values()];
}

const isOfGroup = (slice: EndpointSlice, { addressType, ports }: SliceGroup): boolean =>
  slice.addressType === addressType &&
  isLasting(slice) &&
  isSame((slice.ports ?? []).map(complete).sort(byText), ports.map(complete).sort(byText));

const complete = (port: EndpointSlicePort): EndpointSlicePort => ({
  ...port,
  name: port.name ?? "",
  protocol: port.protocol ?? "TCP",
});
const byText = (a: object, b: object): number => (textOf(a) < textOf(b) ? -1 : 1);
const textOf = (port: object): string => JSON.stringify(Object.entries(port).sort());

interface GroupPlan {
  /** Slices that are still to come. */
  readonly missing: readonly SliceGroup[];
  readonly changed: readonly { readonly slice: EndpointSlice; readonly endpoints: readonly Endpoint[] }[];
  readonly kept: readonly EndpointSlice[];
  readonly surplus: readonly EndpointSlice[];
}

function planGroup(own: readonly EndpointSlice[], group: SliceGroup, endpointsMax: number): GroupPlan {
  if (group.endpoints.length === 0) {
    const [first, ...others] = own;
    if (first === undefined) return { missing: [group], changed: [], kept: [], surplus: [] };
    const [changed, kept] = isEmpty(first) ? [[], [first]] : [[{ slice: first, endpoints: [] }], []];
    return { missing: [], changed, kept, surplus: others };
  }
  const { changed, unchanged, added } = pack(own, group.endpoints, endpointsMax);
  const emptied = changed.filter(({ endpoints }) => endpoints.length === 0).map(({ slice }) => slice);
  return {
    missing: added.map((endpoints) => ({ ...group, endpoints })),
    changed: changed.filter(({ endpoints }) => endpoints.length > 0),
    kept: unchanged.filter((slice) => !isEmpty(slice)),
    surplus: [...emptied, ...unchanged.filter(isEmpty)],
  };
}

const isEmpty = ({ endpoints = [] }: EndpointSlice): boolean => endpoints.length === 0;

const isLabelled = ({ metadata }: EndpointSlice, { labels, owner }: WantedSlices): boolean =>
  mergeOf(metadata.labels, labels) === undefined &&
  (metadata.ownerReferences ?? []).some(({ uid, controller }) => uid === owner.uid && controller === true);

function create({ addressType, endpoints, ports }: SliceGroup, wanted: WantedSlices): Effect {
  const annotations = { ...wanted.annotations, ...timed(wanted.triggerTime(undefined)) };
  const object: Draft<EndpointSlice> = {
    metadata: {
      generateName: `${wanted.baseName}-`,
      namespace: wanted.namespace,
      labels: wanted.labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [wanted.owner],
    },
    addressType,
    endpoints,
    ports,
  };
  return { type: "create", kind: endpointSliceKind, object };
}

/** Only the labels and the owner are put right where there is nothing new to say. */
function change(
  slice: EndpointSlice,
  { endpoints, ports }: Partial<SliceGroup>,
  wanted: WantedSlices,
): Effect {
  const { name, namespace = "", resourceVersion, labels, annotations } = slice.metadata;
  const time = endpoints === undefined ? undefined : wanted.triggerTime(slice);
  const told = { ...withoutKeys(annotations, triggerTimeAnnotation), ...wanted.annotations, ...timed(time) };
  const patch = {
    metadata: {
      resourceVersion,
      labels: mergeOf(labels, wanted.labels),
      annotations: endpoints === undefined ? undefined : mergeOf(annotations, told),
      ownerReferences: [wanted.owner],
    },
    endpoints,
    ports,
  };
  return { type: "patch", kind: endpointSliceKind, target: { name, namespace }, patch };
}

const timed = (time: string | undefined): Texts =>
  time === undefined ? {} : { [triggerTimeAnnotation]: time };

const remove = ({ metadata: { name, namespace = "", uid } }: EndpointSlice): Effect => ({
  type: "delete",
  kind: endpointSliceKind,
  target: { name, namespace },
  options: { preconditions: { uid } },
});
