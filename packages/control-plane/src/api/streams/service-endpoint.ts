/** Which pod, at which of its ports, answers for a service. Pure; chance comes from outside. */
import type { Endpoints, Service, ServicePort } from "@kubus/shared/api/core.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { ProxyName } from "./proxy-name.ts";

export interface ServiceView {
  readonly service: Service;
  /** Undefined as long as nobody keeps them: then the selector decides. */
  readonly endpoints: Endpoints | undefined;
  /** All of the namespace. */
  readonly pods: readonly Pod[];
}

export interface PodPort {
  readonly pod: Pod;
  readonly port: number;
}

/** Only addresses that are those of pods are led to. `chance` is in [0, 1). */
export function endpointOf(view: ServiceView, { name, port }: ProxyName, chance: number): PodPort {
  const portName = portNameOf(view.service, name, port);
  const all = view.endpoints === undefined ? bySelector(view, portName) : byEndpoints(view, portName);
  const chosen = all[Math.floor(chance * all.length)];
  if (chosen === undefined)
    throw new Refusal("unavailable", `no endpoints available for service ${JSON.stringify(name)}`);
  return chosen;
}

function portNameOf({ spec }: Service, service: string, port: string): string {
  if (!/^\d+$/.test(port)) return port;
  const found = spec.ports?.find((one) => one.port === Number(port));
  if (found !== undefined) return found.name ?? "";
  throw new Refusal("unavailable", `no service port ${port} found for service ${JSON.stringify(service)}`);
}

function byEndpoints({ endpoints, pods }: ServiceView, portName: string): readonly PodPort[] {
  return (endpoints?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find(({ name = "" }) => name === portName);
    if (port === undefined) return [];
    return addresses.flatMap(({ ip, targetRef }) => {
      const pod = pods.find(({ metadata, status }) => metadata.name === targetRef?.name && hasIp(status, ip));
      return pod === undefined ? [] : [{ pod, port: port.port }];
    });
  });
}

const hasIp = (status: Pod["status"], ip: string): boolean =>
  status?.podIP === ip || status?.podIPs?.some((one) => one.ip === ip) === true;

function bySelector({ service, pods }: ServiceView, portName: string): readonly PodPort[] {
  const selector = Object.entries(service.spec.selector ?? {});
  const port = service.spec.ports?.find(({ name = "" }) => name === portName);
  if (selector.length === 0 || port === undefined) return [];
  return pods
    .filter(({ metadata }) => selector.every(([key, value]) => metadata.labels?.[key] === value))
    .filter(isReady)
    .flatMap((pod) => {
      const target = targetPort(pod, port);
      return target === undefined ? [] : [{ pod, port: target }];
    });
}

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;

function targetPort({ spec }: Pod, { port, targetPort: target = port }: ServicePort): number | undefined {
  if (typeof target === "number") return target;
  return spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === target)
    ?.containerPort;
}
