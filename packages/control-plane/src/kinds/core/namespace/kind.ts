/** Namespace: a room for names. It is emptied by the namespace controller before it goes. */
import type { Namespace } from "@kubus/shared/api/core.ts";
import { dnsLabel } from "../../../api/names.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind, withStatus } from "../../define-kind.ts";

/** The finalizer in `spec`: it goes last, through /finalize. */
const finalizer = "kubernetes";
const nameLabel = "kubernetes.io/metadata.name";

export const namespaceKind = defineKind<Namespace>({
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  scope: "Cluster",
  // As in Kubernetes, namespaces go one by one.
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  owner: "namespace controller",
  subresources: ["status"],
  nameRule: dnsLabel,
  undeletable: ["default", "kube-system", "kube-public", "kube-node-lease"],
  columns: [
    nameColumn,
    { name: "Status", type: "string", of: ({ status }) => status?.phase ?? "" },
    ageColumn,
  ],
  selectableFields: { "status.phase": ({ status }) => status?.phase ?? "" },
  setDefaults: withNameLabel,
  prepareForCreate: (namespace) => ({
    ...namespace,
    spec: { ...namespace.spec, finalizers: [...new Set([...(namespace.spec?.finalizers ?? []), finalizer])] },
    status: { phase: "Active" },
  }),
  // Finalizers in the spec go through /finalize only.
  prepareForUpdate: (next, previous) =>
    withStatus({ ...next, spec: { ...next.spec, finalizers: previous.spec?.finalizers ?? [] } }, previous),
});

function withNameLabel(namespace: Namespace): Namespace {
  const { metadata } = namespace;
  // With generateName the name is not known yet; the next write adds the label.
  if (!metadata.name) return namespace;
  return {
    ...namespace,
    metadata: { ...metadata, labels: { ...metadata.labels, [nameLabel]: metadata.name } },
  };
}
