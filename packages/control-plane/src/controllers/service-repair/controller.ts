/** Addresses and ports of services: one key for each service, each IPAddress and each range. */
import type { Service } from "@kubus/shared/api/core.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { IpAddress } from "@kubus/shared/api/networking.ts";
import { clusterIpsOf, nodePortsOf, specOf } from "../../api/admission/service-needs.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { isWithin, parseAddress } from "../../kinds/addresses.ts";
import { ipAddressKind, serviceCidrKind, serviceKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey } from "../workload/wake.ts";
import { defaultRange, reconcile, type RepairView } from "./reconcile.ts";

const [ofAddress, ofService, ofRange] = ["address ", "service ", "range "] as const;

export const serviceRepairController = (serviceCidr: string) =>
  defineController<RepairView>({
    name: "service-repair",
    guarantee: "Every address of a service is known as an IPAddress, and none outlives its service.",
    watches: [
      { kind: ipAddressKind, wakes: wakeAddress },
      { kind: serviceKind, wakes: wakeService },
      { kind: serviceCidrKind, wakes: ({ object }) => [ofRange + object.metadata.name] },
    ],
    alsoWakes: (wake) => {
      wake(ofRange + defaultRange);
      return { unsubscribe: () => undefined };
    },
    observe: (key, { cache, now }) => {
      if (key.startsWith(ofRange)) {
        const name = key.slice(ofRange.length);
        return { type: "range", name, range: cache.get(serviceCidrKind, undefined, name), serviceCidr, now };
      }
      if (key.startsWith(ofAddress)) {
        const address = cache.get<IpAddress>(ipAddressKind, undefined, key.slice(ofAddress.length));
        return { type: "address", address, service: parentOf(address, cache), now };
      }
      return serviceView(key.slice(ofService.length), cache, serviceCidr);
    },
    reconcile,
    isGone: (view) =>
      (view.type === "address" && view.address === undefined) ||
      (view.type === "service" && view.service === undefined),
  });

function wakeAddress({ object }: CacheEvent): readonly string[] {
  const { resource, namespace = "", name = "" } = (object as IpAddress).spec?.parentRef ?? {};
  const parent = resource === "services" ? [`${ofService}${namespace}/${name}`] : [];
  return [ofAddress + object.metadata.name, ...parent];
}

const wakeService = ({ object, previous }: CacheEvent): readonly string[] => [
  ofService + keyOf(object),
  ...[object, previous].flatMap((one) =>
    one === undefined ? [] : clusterIpsOf(specOf(one as Service)).map((address) => ofAddress + address),
  ),
];

function parentOf(address: IpAddress | undefined, cache: Cache): Service | undefined {
  const { resource, namespace = "", name = "" } = address?.spec?.parentRef ?? {};
  return resource === "services" ? cache.get<Service>(serviceKind, namespace, name) : undefined;
}

function serviceView(key: string, cache: Cache, serviceCidr: string): RepairView {
  const { namespace, name } = splitKey(key);
  const service = cache.get<Service>(serviceKind, namespace, name);
  const own = new Set<string | number>(service === undefined ? [] : heldBy(service));
  const others = cache
    .list<Service>(serviceKind)
    .filter((other) => other !== service && heldBy(other).some((one) => own.has(one)));
  const addresses = [...own].flatMap((address) => {
    const found =
      typeof address === "string" ? cache.get<IpAddress>(ipAddressKind, undefined, address) : undefined;
    return found === undefined ? [] : [[found.metadata.name, found] as const];
  });
  const ranges = [serviceCidr, ...cache.list(serviceCidrKind).flatMap(({ spec }) => spec?.cidrs ?? [])];
  const isOurs = (text: string) => {
    const address = parseAddress(text);
    return address !== undefined && ranges.some((range) => isWithin(address, range));
  };
  return { type: "service", service, addresses: new Map(addresses), others, isOurs };
}

const heldBy = (service: Service): readonly (string | number)[] => [
  ...clusterIpsOf(specOf(service)),
  ...nodePortsOf(specOf(service)),
];
