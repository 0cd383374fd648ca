/** GET, POST, ... of pods/proxy, services/proxy and nodes/proxy: where a request goes, and how to get there. */
import type { Endpoints, Service } from "@kubus/shared/api/core.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Channel } from "@kubus/shared/bus/channel.ts";
import type { PodConnectRequest } from "@kubus/shared/bus/pod-streams.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { Act, Call } from "../call.ts";
import type { ApiPorts } from "../ports.ts";
import { badRequest, notFound } from "../refusals.ts";
import type { Route } from "../route.ts";
import { openToAgent } from "./pod-target.ts";
import { proxyNameOf, type ProxyName } from "./proxy-name.ts";
import { endpointOf, type PodPort } from "./service-endpoint.ts";

export interface ProxySession {
  readonly scheme: "http" | "https";
  /** Address and port of what is behind, as redirects may name it. */
  readonly authority: string;
  /** The path as the client sent it, up to the proxy; and what follows it. */
  readonly prefix: string;
  readonly rest: string;
  /** A connection from the pod's board. */
  readonly connect: () => Promise<Channel>;
}

export const isProxied = ({ kind, subresource }: Pick<Route, "kind" | "subresource">): boolean =>
  subresource === "proxy" && kind.group === "" && ["Pod", "Service", "Node"].includes(kind.kind);

export function proxySessionOf(ports: ApiPorts, call: Call): ProxySession {
  const { kind, name = "", rest = "", request } = call;
  const what = kind.kind === "Pod" ? "pod" : kind.kind === "Service" ? "service" : "node";
  const target = proxyNameOf(name, what);
  if (what === "node") throw nodeRefusal(ports, call, target);
  const { pod, port } = what === "pod" ? podPort(ports, call, target) : servicePort(ports, call, target);
  const { podIP = "" } = pod.status ?? {};
  const { nodeName = "" } = pod.spec;
  if (podIP === "" || nodeName === "")
    throw badRequest("address not allowed: the pod has no address to lead to");
  const { namespace = "", name: podName, uid } = pod.metadata;
  const opening: PodConnectRequest = { namespace, pod: podName, uid, port, via: "address" };
  return {
    scheme: target.scheme,
    authority: `${podIP.includes(":") ? `[${podIP}]` : podIP}:${port}`,
    prefix: request.path.slice(0, request.path.length - rest.length),
    rest,
    connect: () => openToAgent(ports, { subject: "podConnect", node: nodeName, opening }),
  };
}

function podPort(ports: ApiPorts, { kind, namespace }: Call, { scheme, name, port }: ProxyName): PodPort {
  const pod = ports.cache.get(kind, namespace, name) as Pod | undefined;
  if (pod === undefined) throw notFound(kind, name);
  const [first] = pod.spec.containers.flatMap((container) => container.ports ?? []);
  const chosen = port === "" ? (first?.containerPort ?? (scheme === "https" ? 443 : 80)) : Number(port);
  if (!Number.isInteger(chosen) || chosen < 1 || chosen > 65_535)
    throw badRequest(`invalid pod request ${JSON.stringify(`${name}:${port}`)}`);
  return { pod, port: chosen };
}

function servicePort(ports: ApiPorts, { kind, namespace }: Call, target: ProxyName): PodPort {
  const { cache, kinds, random } = ports;
  const service = cache.get(kind, namespace, target.name) as Service | undefined;
  if (service === undefined) throw notFound(kind, target.name);
  const endpoints = kinds.byResource("", "v1", "endpoints");
  const view = {
    service,
    endpoints:
      endpoints === undefined
        ? undefined
        : (cache.get(endpoints, namespace, target.name) as Endpoints | undefined),
    pods: cache.list(podsOf(ports), namespace) as readonly Pod[],
  };
  return endpointOf(view, target, random.next());
}

function podsOf({ kinds }: ApiPorts): Kind {
  const pods = kinds.byResource("", "v1", "pods");
  invariant(pods !== undefined, "pods are served");
  return pods;
}

/** Agents have no HTTP server of their own: they are reached over the bus only. */
function nodeRefusal({ cache }: ApiPorts, { kind, rest = "" }: Call, { name }: ProxyName): Refusal {
  if (cache.get(kind, undefined, name) === undefined) return notFound(kind, name);
  return new Refusal(
    "notImplemented",
    `the agent of node ${JSON.stringify(name)} serves no HTTP, so ${JSON.stringify(rest === "" ? "/" : rest)} has no answer`,
  );
}

/** Where there is no connection to lead on, as on the bus; nodes are refused in any case. */
export const proxyNeedsHttp: Act = async (ports, call) => {
  await Promise.resolve(call).then((it) => proxySessionOf(ports, it));
  throw new Refusal("notImplemented", "proxies are for requests over HTTP");
};
