/**
 * What a cluster is born with: the four namespaces of Kubernetes and the Service `kubernetes` in `default`.
 *
 * All of it is one key. What somebody deletes is made again.
 */
import type { Namespace, Service } from "@kubus/shared/api/core.ts";
import { namespaceKind, serviceKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import type { Effect, Plan } from "../engine/plan.ts";
import { firstAddress } from "./first-address.ts";

export const systemNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"] as const;

export interface BootstrapOptions {
  /** IPv4 CIDR; the API gets its first address. */
  readonly serviceCidr: string;
  /** Where the API server listens, seen from pods. */
  readonly apiPort: number;
}

export interface BootstrapView extends BootstrapOptions {
  readonly namespaces: readonly Namespace[];
  readonly apiService: Service | undefined;
}

const cluster = "cluster";
const apiService = { namespace: "default", name: "kubernetes" } as const;

export const bootstrapController = (options: BootstrapOptions) =>
  defineController<BootstrapView>({
    name: "bootstrap",
    guarantee: "The system's namespaces and the Service `kubernetes` always exist.",
    watches: [
      { kind: namespaceKind, wakes: ({ type }) => (type === "DELETED" ? [cluster] : []) },
      {
        kind: serviceKind,
        wakes: ({ type, object }) =>
          type === "DELETED" && object.metadata.name === apiService.name ? [cluster] : [],
      },
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
    }),
    reconcile: bootstrap,
  });

export function bootstrap({ namespaces, apiService: service, serviceCidr, apiPort }: BootstrapView): Plan {
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
