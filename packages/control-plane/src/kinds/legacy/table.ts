/**
 * THE table of groups and versions that Kubernetes does not serve any more, and of what their objects are today.
 *
 * A line is a kind of old: when it was deprecated and when it went, and, where its words have changed, how to read and
 * write them. Kinds of one line were the same in all of this.
 */
import type { Conversion } from "../other-version.ts";
import { readFlatAutoscaler, writeFlatAutoscaler } from "./conversions/autoscaler.ts";
import {
  readCustomResourceDefinition,
  writeCustomResourceDefinition,
} from "./conversions/custom-resource-definition.ts";
import { readSigningRequest, readWebhooks } from "./conversions/defaults.ts";
import { readDisruptionBudget, writeDisruptionBudget } from "./conversions/disruption-budget.ts";
import { readEndpointSlice, writeEndpointSlice } from "./conversions/endpoint-slice.ts";
import { readIngress, writeIngress } from "./conversions/ingress.ts";
import {
  readExtensionsDaemonSet,
  readExtensionsDeployment,
  readFirstDeployment,
  readFirstStatefulSet,
  withTemplateLabels,
  writeExtensionsDaemonSet,
} from "./conversions/workloads.ts";

export interface LegacyLine {
  /** Group and version, as objects said. */
  readonly was: string;
  readonly kinds: readonly string[];
  /** Group and version that replace it. */
  readonly now: string;
  /** The release that deprecated it, and the one that went without it. */
  readonly deprecated: string;
  readonly removed: string;
  /** An object of then as it is today, and back. */
  readonly read?: Conversion;
  readonly write?: Conversion;
}

const sinceFirst = { now: "apps/v1", deprecated: "1.8", removed: "1.16" } as const;
const beforeApps = { was: "extensions/v1beta1", ...sinceFirst } as const;
const firstApps = { was: "apps/v1beta1", ...sinceFirst } as const;
const ingress = { read: readIngress, write: writeIngress } as const;
const until22 = { deprecated: "1.19", removed: "1.22" } as const;
const until25 = { deprecated: "1.21", removed: "1.25" } as const;

const ofGroup = (group: string) => ({ was: `${group}/v1beta1`, now: `${group}/v1` });

export const legacyTable: readonly LegacyLine[] = [
  { ...firstApps, kinds: ["ControllerRevision"] },
  { ...firstApps, kinds: ["Deployment"], read: readFirstDeployment },
  { ...firstApps, kinds: ["StatefulSet"], read: readFirstStatefulSet },
  {
    ...sinceFirst,
    was: "apps/v1beta2",
    kinds: ["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
    deprecated: "1.9",
  },
  {
    was: "autoscaling/v2beta2",
    kinds: ["HorizontalPodAutoscaler"],
    now: "autoscaling/v2",
    deprecated: "1.23",
    removed: "1.26",
  },
  {
    was: "autoscaling/v2beta1",
    kinds: ["HorizontalPodAutoscaler"],
    now: "autoscaling/v2",
    deprecated: "1.22",
    removed: "1.25",
    read: readFlatAutoscaler,
    write: writeFlatAutoscaler,
  },
  { ...ofGroup("batch"), ...until25, kinds: ["CronJob"] },
  {
    ...ofGroup("certificates.k8s.io"),
    ...until22,
    kinds: ["CertificateSigningRequest"],
    read: readSigningRequest,
  },
  { ...ofGroup("networking.k8s.io"), ...until22, kinds: ["Ingress"], ...ingress },
  { ...ofGroup("networking.k8s.io"), ...until22, kinds: ["IngressClass"] },
  {
    ...ofGroup("policy"),
    ...until25,
    kinds: ["PodDisruptionBudget"],
    read: readDisruptionBudget,
    write: writeDisruptionBudget,
  },
  {
    ...ofGroup("rbac.authorization.k8s.io"),
    ...until22,
    deprecated: "1.17",
    kinds: ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
  },
  { ...ofGroup("storage.k8s.io"), ...until22, kinds: ["CSIDriver", "StorageClass", "VolumeAttachment"] },
  { ...ofGroup("storage.k8s.io"), ...until22, deprecated: "1.17", kinds: ["CSINode"] },
  {
    ...ofGroup("storage.k8s.io"),
    kinds: ["CSIStorageCapacity"],
    deprecated: "1.24",
    removed: "1.27",
  },
  {
    ...ofGroup("admissionregistration.k8s.io"),
    ...until22,
    deprecated: "1.16",
    kinds: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    read: readWebhooks,
  },
  {
    ...ofGroup("apiextensions.k8s.io"),
    ...until22,
    deprecated: "1.16",
    kinds: ["CustomResourceDefinition"],
    read: readCustomResourceDefinition,
    write: writeCustomResourceDefinition,
  },
  { ...ofGroup("apiregistration.k8s.io"), ...until22, kinds: ["APIService"] },
  { ...ofGroup("scheduling.k8s.io"), ...until22, deprecated: "1.14", kinds: ["PriorityClass"] },
  { ...ofGroup("coordination.k8s.io"), ...until22, kinds: ["Lease"] },
  { ...ofGroup("node.k8s.io"), ...until25, deprecated: "1.22", kinds: ["RuntimeClass"] },
  {
    ...ofGroup("discovery.k8s.io"),
    ...until25,
    kinds: ["EndpointSlice"],
    read: readEndpointSlice,
    write: writeEndpointSlice,
  },
  { ...ofGroup("events.k8s.io"), ...until25, deprecated: "1.19", kinds: ["Event"] },
  {
    ...beforeApps,
    kinds: ["DaemonSet"],
    read: readExtensionsDaemonSet,
    write: writeExtensionsDaemonSet,
  },
  { ...beforeApps, kinds: ["Deployment"], read: readExtensionsDeployment },
  {
    ...beforeApps,
    now: "networking.k8s.io/v1",
    kinds: ["Ingress"],
    deprecated: "1.14",
    removed: "1.22",
    ...ingress,
  },
  { ...beforeApps, now: "networking.k8s.io/v1", kinds: ["NetworkPolicy"], deprecated: "1.9" },
  { ...beforeApps, kinds: ["ReplicaSet"], read: withTemplateLabels },
];
