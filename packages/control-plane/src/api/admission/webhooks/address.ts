/** Where a webhook is: at a URL, or at one of the endpoints of a service. */
import type { WebhookClientConfig } from "@kubus/shared/api/admissionregistration.ts";
import type { Endpoints, Service } from "@kubus/shared/api/core.ts";
import type { EndpointSlice } from "@kubus/shared/api/discovery.ts";
import type { AdmissionWorld } from "../../admission.ts";
import { found, listed } from "../concerns.ts";
import type { WebhookCall } from "./caller.ts";

export type Place = Pick<WebhookCall, "url" | "serverName" | "address">;

type Lookup = Pick<AdmissionWorld, "cache" | "kinds" | "random">;
type Reference = NonNullable<WebhookClientConfig["service"]>;

const httpsPort = 443;

/** The URL is what people read in errors, also when nobody is there. */
export function urlOf({ url, service }: WebhookClientConfig, timeoutSeconds: number): string {
  const base = url ?? (service === undefined ? "" : serviceUrl(service));
  return `${base}${base.includes("?") ? "&" : "?"}timeout=${timeoutSeconds}s`;
}

const serviceUrl = ({ name, namespace, port = httpsPort, path = "" }: Reference): string =>
  `https://${name}.${namespace}.svc:${port}${path === "" || path.startsWith("/") ? path : `/${path}`}`;

/** Throws an Error when the service has nobody who answers. */
export function placeOf(config: WebhookClientConfig, timeoutSeconds: number, world: Lookup): Place {
  const url = urlOf(config, timeoutSeconds);
  const { service } = config;
  if (service === undefined) return { url };
  return { url, serverName: `${service.name}.${service.namespace}.svc`, address: addressOf(service, world) };
}

function addressOf(reference: Reference, world: Lookup): { readonly host: string; readonly port: number } {
  const { name, namespace, port = httpsPort } = reference;
  const service = found<Service>(world, "v1", "Service", { namespace, name });
  if (service === undefined) throw new Error(`service ${JSON.stringify(name)} not found`);
  const { spec } = service;
  if (spec.type === "ExternalName") return { host: spec.externalName ?? "", port };
  const named = spec.ports?.find((one) => one.port === port);
  if (named === undefined)
    throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const all = [
    ...inSlices(service, named.name ?? "", world),
    ...inEndpoints(service, named.name ?? "", world),
  ];
  const chosen = all[Math.floor(world.random.next() * all.length)];
  if (chosen === undefined) throw new Error(`no endpoints available for service ${JSON.stringify(name)}`);
  return chosen;
}

const ofService = "kubernetes.io/service-name";

function inSlices({ metadata: { name, namespace } }: Service, portName: string, world: Lookup) {
  return listed<EndpointSlice>(world, "discovery.k8s.io/v1", "EndpointSlice", namespace)
    .filter(({ metadata }) => metadata.labels?.[ofService] === name)
    .flatMap(({ endpoints = [], ports = [] }) => {
      const port = ports.find(({ name: own = "" }) => own === portName)?.port;
      if (port === undefined) return [];
      const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
      return ready.flatMap(({ addresses }) => addresses.slice(0, 1).map((host) => ({ host, port })));
    });
}

/** For services whose endpoints somebody keeps by hand and nobody has mirrored yet. */
function inEndpoints({ metadata: { name, namespace } }: Service, portName: string, world: Lookup) {
  const endpoints = found<Endpoints>(world, "v1", "Endpoints", { namespace, name });
  return (endpoints?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find(({ name: own = "" }) => own === portName)?.port;
    return port === undefined ? [] : addresses.map(({ ip }) => ({ host: ip, port }));
  });
}
