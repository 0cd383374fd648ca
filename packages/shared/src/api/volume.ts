/** Volumes that outlive pods, and the claims on them (core/v1), as far as kubus reads or writes them. */
import type { Condition, KubeObject, LabelSelector } from "./meta.ts";
import type { ObjectReference } from "./core.ts";
import type { NodeSelectorTerm } from "./affinity.ts";
import type { ResourceList } from "./pod.ts";

export type AccessMode = "ReadWriteOnce" | "ReadOnlyMany" | "ReadWriteMany" | "ReadWriteOncePod";
export type VolumeMode = "Block" | "Filesystem";

export interface PersistentVolumeSpec {
  readonly accessModes?: readonly AccessMode[];
  readonly capacity?: ResourceList;
  readonly claimRef?: ObjectReference;
  readonly persistentVolumeReclaimPolicy?: "Delete" | "Recycle" | "Retain";
  readonly storageClassName?: string;
  readonly volumeAttributesClassName?: string;
  readonly volumeMode?: VolumeMode;
  readonly mountOptions?: readonly string[];
  readonly nodeAffinity?: {
    readonly required?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] };
  };
  readonly csi?: {
    readonly driver: string;
    readonly volumeHandle: string;
    readonly controllerExpandSecretRef?: { readonly name?: string; readonly namespace?: string };
  };
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly local?: { readonly path: string; readonly fsType?: string };
  readonly nfs?: { readonly server: string; readonly path: string; readonly readOnly?: boolean };
}

export interface PersistentVolume extends KubeObject {
  readonly spec: PersistentVolumeSpec;
  readonly status?: {
    readonly phase?: "Pending" | "Available" | "Bound" | "Released" | "Failed";
    readonly message?: string;
    readonly reason?: string;
    readonly lastPhaseTransitionTime?: string;
  };
}

/** Another object that a claim begins with the contents of. */
export interface DataSource {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
}

export interface PersistentVolumeClaimSpec {
  readonly accessModes?: readonly AccessMode[];
  readonly selector?: LabelSelector;
  readonly resources?: { readonly requests?: ResourceList; readonly limits?: ResourceList };
  readonly volumeName?: string;
  /** Absent: the default class. Empty: none. */
  readonly storageClassName?: string;
  readonly volumeAttributesClassName?: string;
  readonly volumeMode?: VolumeMode;
  readonly dataSource?: DataSource;
  readonly dataSourceRef?: DataSource & { readonly namespace?: string };
}

export interface PersistentVolumeClaim extends KubeObject {
  readonly spec: PersistentVolumeClaimSpec;
  readonly status?: {
    readonly phase?: "Pending" | "Bound" | "Lost";
    readonly accessModes?: readonly AccessMode[];
    readonly capacity?: ResourceList;
    readonly conditions?: readonly Condition[];
    readonly allocatedResources?: ResourceList;
    readonly allocatedResourceStatuses?: Readonly<Record<string, string>>;
  };
}

/** What claims and volumes say of their binding, as Kubernetes' controllers spell it. */
export const volumeAnnotation = {
  /** On a claim: it had its volume once; without it since, it is lost. */
  bindCompleted: "pv.kubernetes.io/bind-completed",
  /** On a claim or a volume: the controller chose the other side, not a user. */
  boundByController: "pv.kubernetes.io/bound-by-controller",
  /** On a volume: who made it, and deletes its data. */
  provisionedBy: "pv.kubernetes.io/provisioned-by",
  /** On a claim: who is to make its volume. */
  provisioner: "volume.kubernetes.io/storage-provisioner",
  provisionerBeta: "volume.beta.kubernetes.io/storage-provisioner",
  /** On a claim: the node that the scheduler chose for its first pod. */
  selectedNode: "volume.kubernetes.io/selected-node",
} as const;

/** The provisioners that are built in. */
export const provisionerName = {
  /** A folder on one board. */
  localPath: "kubus.io/local-path",
  /** A folder that every board sees. */
  shared: "kubus.io/shared",
} as const;
