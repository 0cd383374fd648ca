/** Namespace: a room for names. It is emptied by the namespace controller before it goes. */
import type { Namespace } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind, withStatus } from "../../define-kind.ts";
import { validateFinalizerWord } from "../../metadata/validate.ts";
import type { Received } from "../../received.ts";
import { checked, when } from "../../rules.ts";

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
  validate: validateNamespace,
  validateStatusUpdate: validateNamespaceStatus,
  // Finalizers in the spec go through /finalize only.
  prepareForUpdate: (next, previous) =>
    withStatus({ ...next, spec: { ...next.spec, finalizers: previous.spec?.finalizers ?? [] } }, previous),
});

function validateNamespace({ spec }: Received<Namespace>): readonly Cause[] {
  return (spec?.finalizers ?? []).flatMap((name) => [
    ...checked(qualifiedName, name, "spec.finalizers"),
    ...validateFinalizerWord(name, "spec.finalizers"),
  ]);
}

/** A namespace is on its way out exactly when somebody asked for it. */
function validateNamespaceStatus({ metadata, status }: Received<Namespace>): readonly Cause[] {
  const isDeleting = metadata?.deletionTimestamp !== undefined;
  const phase = status?.phase ?? "";
  const wanted = isDeleting ? "Terminating" : "Active";
  const why = `may only be '${wanted}' if \`deletionTimestamp\` is ${isDeleting ? "not " : ""}empty`;
  return when(phase !== wanted, cause.invalid("status.Phase", phase, why));
}

function withNameLabel(namespace: Namespace): Namespace {
  const { metadata } = namespace;
  // With generateName the name is not known yet; the next write adds the label.
  if (!metadata.name) return namespace;
  return {
    ...namespace,
    metadata: { ...metadata, labels: { ...metadata.labels, [nameLabel]: metadata.name } },
  };
}
