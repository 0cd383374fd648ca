/**
 * What a cluster is born with: the four namespaces of Kubernetes and the Service `kubernetes` in `default`, which leads
 * to the API.
 *
 * All of it is one key. What somebody deletes is made again.
 */
import type { Namespace, Service } from "@kubus/shared/api/core.ts";
import type { CacheEvent } from "../../cache/cache.ts";
import { endpointSliceKind, endpointsKind, namespaceKind, serviceKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import type { Effect, Plan } from "../engine/plan.ts";
import { apiService, keepApiEndpoints, type ApiEndpointsView } from "./api-endpoints.ts";
import { firstAddress } from "./first-address.ts";

export const systemNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"] as const;

export interface BootstrapOptions {
  /** IPv4 CIDR; the API gets its first address. */
  readonly serviceCidr: string;
  /** Where the API server listens, seen from pods. */
  readonly apiPort: number;
  /** The address of this server, seen from boards; undefined: none that they could use. */
  readonly apiAddress?: string;
}

export interface BootstrapView extends BootstrapOptions, ApiEndpointsView {
  readonly namespaces: readonly Namespace[];
  readonly apiService: Service | undefined;
}

const cluster = "cluster";

export const bootstrapController = (options: BootstrapOptions) =>
  defineController<BootstrapView>({
    name: "bootstrap",
    guarantee:
      "The system's namespaces always exist, and so does the Service `kubernetes`, which leads to the API.",
    watches: [
      { kind: namespaceKind, wakes: ({ type }) => (type === "DELETED" ? [cluster] : []) },
      { kind: serviceKind, wakes: wakeOfApi },
      { kind: endpointsKind, wakes: wakeOfApi },
      { kind: endpointSliceKind, wakes: wakeOfApi },
    ],
    // An empty cluster has nothing that could wake it.
    alsoWakes: (wake) => {
      wake(cluster);
      return { unsubscribe: () => undefined };
    },
    observe: (_, { cache }) => ({
      ...options,
      namespaces: cache.list(namespaceKind),
      apiService: cache.get(serviceKind, apiService.namespace, apiService.name),
      endpoints: cache.get(endpointsKind, apiService.namespace, apiService.name),
      slice: cache.get(endpointSliceKind, apiService.namespace, apiService.name),
    }),
    reconcile: bootstrap,
  });

function wakeOfApi({ type, object: { metadata } }: CacheEvent): readonly string[] {
  const isOurs = metadata.name === apiService.name && metadata.namespace === apiService.namespace;
  return isOurs && type !== "ADDED" ? [cluster] : [];
}

export function bootstrap(view: BootstrapView): Plan {
  const { namespaces, apiService: service, serviceCidr, apiPort } = view;
  const present = new Set(namespaces.map(({ metadata }) => metadata.name));
  const missing = systemNamespaces.filter((name) => !present.has(name));
  const effects: Effect[] = missing.map((name) => ({
    type: "create",
    kind: namespaceKind,
    object: { metadata: { name } },
  }));
  // In a pass of its own: the namespace must be there first.
  if (service === undefined && present.has(apiService.namespace)) {
    effects.push({ type: "create", kind: serviceKind, object: apiServiceDraft(serviceCidr, apiPort) });
  }
  if (present.has(apiService.namespace)) effects.push(...keepApiEndpoints(view));
  return missing.length > 0 ? { effects, requeueAfterMs: 0 } : { effects };
}

function apiServiceDraft(serviceCidr: string, apiPort: number) {
  const clusterIP = firstAddress(serviceCidr);
  return {
    metadata: { ...apiService, labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      type: "ClusterIP",
      clusterIP,
      clusterIPs: [clusterIP],
      ports: [{ name: "https", protocol: "TCP", port: 443, targetPort: apiPort }],
    },
  } as const;
}
