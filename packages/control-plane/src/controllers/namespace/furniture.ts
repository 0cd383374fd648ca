/**
 * What every namespace has: the ServiceAccount `default`, and the cluster's CA as ConfigMap `kube-root-ca.crt`.
 *
 * Both are made again when somebody deletes them, and the CA is put right when somebody changes it.
 */
import type { ConfigMap, Namespace, ServiceAccount } from "@kubus/shared/api/core.ts";
import { isSame } from "../../api/same.ts";
import type { CacheEvent } from "../../cache/cache.ts";
import { configMapKind, namespaceKind, serviceAccountKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";

const accountName = "default";
const caName = "kube-root-ca.crt";
const caAnnotation = {
  "kubernetes.io/description":
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
};

export interface FurnitureView {
  readonly namespace: Namespace | undefined;
  readonly account: ServiceAccount | undefined;
  readonly ca: ConfigMap | undefined;
  /** PEM. */
  readonly caCertificate: string;
}

/** `caCertificate` is the cluster's CA as PEM. */
export const namespaceFurnitureController = (caCertificate: string) =>
  defineController<FurnitureView>({
    name: "namespace-furniture",
    guarantee: "Every Namespace has a ServiceAccount `default` and the cluster's CA in `kube-root-ca.crt`.",
    watches: [
      { kind: namespaceKind, wakes: ({ object }) => [object.metadata.name] },
      { kind: serviceAccountKind, wakes: wakeFor(accountName) },
      { kind: configMapKind, wakes: wakeFor(caName) },
    ],
    observe: (name, { cache }) => ({
      namespace: cache.get(namespaceKind, undefined, name),
      account: cache.get(serviceAccountKind, name, accountName),
      ca: cache.get(configMapKind, name, caName),
      caCertificate,
    }),
    reconcile: furnish,
    isGone: ({ namespace }) => namespace === undefined,
  });

/** An addition needs no look: it is our own, or was there before us. */
const wakeFor =
  (name: string) =>
  ({ type, object: { metadata } }: CacheEvent): readonly string[] =>
    metadata.name === name && type !== "ADDED" ? [metadata.namespace ?? ""] : [];

export function furnish({ namespace, account, ca, caCertificate }: FurnitureView): Plan {
  if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return nothing;
  const { name } = namespace.metadata;
  const data = { "ca.crt": caCertificate };
  const effects: Effect[] = [];
  if (account === undefined) {
    const object = { metadata: { name: accountName, namespace: name } };
    effects.push({ type: "create", kind: serviceAccountKind, object });
  }
  if (ca === undefined) {
    const object = { metadata: { name: caName, namespace: name, annotations: caAnnotation }, data };
    effects.push({ type: "create", kind: configMapKind, object });
  } else if (!isSame(ca.data, data)) {
    const target = { name: caName, namespace: name };
    effects.push({ type: "patch", kind: configMapKind, target, patch: { data } });
  }
  return { effects };
}
