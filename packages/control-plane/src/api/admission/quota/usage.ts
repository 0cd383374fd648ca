/**
 * What an object takes of a quota, by the names that quotas know: `pods`, `requests.cpu`, `count/deployments.apps`.
 * Pure. Each kind's rules are those of Kubernetes' quota evaluators.
 */
import type { Service } from "@kubus/shared/api/core.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import type { Kind } from "../../../kinds/kind.ts";
import { amountOf, counted, podAmounts, type Amounts } from "../amounts.ts";

export type Names = Pick<Kind, "group" | "plural">;

const one = counted(1);

/** `count/pods`, `count/deployments.apps`. */
const countName = ({ group, plural }: Names): string =>
  `count/${group === "" ? plural : `${plural}.${group}`}`;

/** Kinds that quotas also know by their plain name. */
const plainlyCounted = ["configmaps", "replicationcontrollers", "resourcequotas", "secrets"];

export function usageOf(kind: Names, object: KubeObject, now: number): Amounts {
  const objects = { [countName(kind)]: one };
  if (kind.group !== "") return objects;
  switch (kind.plural) {
    case "pods":
      return isQuotaed(object as Pod, now) ? { ...objects, ...podUsage(object as Pod) } : objects;
    case "services":
      return { ...objects, ...serviceUsage(object as Service) };
    case "persistentvolumeclaims":
      return { ...objects, ...claimUsage(object as PersistentVolumeClaim) };
    default:
      return plainlyCounted.includes(kind.plural) ? { ...objects, [kind.plural]: one } : objects;
  }
}

/** A pod that is over, or that should have ended long ago, takes nothing but its place in the store. */
function isQuotaed(pod: Pod, now: number): boolean {
  if (isFinished(pod)) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = pod.metadata;
  if (deletionTimestamp === undefined || grace === undefined) return true;
  return now <= Date.parse(deletionTimestamp) + grace * 1_000;
}

const podUsage = ({ spec }: Pod): Amounts => ({
  pods: one,
  ...computeUsage(podAmounts(spec, "requests"), podAmounts(spec, "limits")),
});

const compute = ["cpu", "memory", "ephemeral-storage"];

/** Requests count by their name with and without `requests.`, those of devices only with it. */
export function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const asked = Object.entries(requests).flatMap(([name, amount]) => {
    const isPlain = compute.includes(name) || name.startsWith("hugepages-");
    return [[`requests.${name}`, amount], ...(isPlain ? [[name, amount]] : [])] as const;
  });
  const most = Object.entries(limits)
    .filter(([name]) => compute.includes(name))
    .map(([name, amount]) => [`limits.${name}`, amount] as const);
  return Object.fromEntries([...asked, ...most]) as Amounts;
}

function serviceUsage({ spec }: Service): Amounts {
  const { type, ports = [] } = spec;
  const nodePorts =
    type === "NodePort"
      ? ports.length
      : type === "LoadBalancer"
        ? ports.filter(({ nodePort = 0 }) => nodePort !== 0).length
        : 0;
  return {
    services: one,
    "services.nodeports": counted(nodePorts),
    "services.loadbalancers": counted(type === "LoadBalancer" ? 1 : 0),
  };
}

function claimUsage({ spec, metadata }: PersistentVolumeClaim): Amounts {
  const storage = amountOf(spec.resources?.requests?.["storage"]);
  const name =
    spec.storageClassName ?? metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? "";
  const ofClass = `${name}.storageclass.storage.k8s.io`;
  return {
    persistentvolumeclaims: one,
    "requests.storage": storage,
    ...(name === ""
      ? {}
      : { [`${ofClass}/persistentvolumeclaims`]: one, [`${ofClass}/requests.storage`]: storage }),
  };
}

/** Whether a resource of a quota is one that objects of this kind can take. */
export function isTakenBy(kind: Names, resource: string): boolean {
  if (resource === countName(kind)) return true;
  if (kind.group !== "") return false;
  switch (kind.plural) {
    case "pods":
      return isPodResource(resource);
    case "services":
      return ["services", "services.nodeports", "services.loadbalancers"].includes(resource);
    case "persistentvolumeclaims":
      return (
        ["persistentvolumeclaims", "requests.storage"].includes(resource) ||
        /\.storageclass\.storage\.k8s\.io\/(persistentvolumeclaims|requests\.storage)$/.test(resource)
      );
    default:
      return plainlyCounted.includes(kind.plural) && resource === kind.plural;
  }
}

const isPodResource = (resource: string): boolean =>
  resource === "pods" ||
  compute.some((name) => [name, `requests.${name}`, `limits.${name}`].includes(resource)) ||
  /^(requests\.)?hugepages-/.test(resource) ||
  (resource.startsWith("requests.") && resource.includes("/"));
