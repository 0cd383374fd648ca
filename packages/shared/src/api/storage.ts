/** How storage is made and brought to boards (storage.k8s.io/v1), as far as kubus reads or writes it. */
import type { KubeObject, LabelSelector } from "./meta.ts";
import type { PersistentVolumeSpec } from "./volume.ts";

export interface TopologySelectorTerm {
  readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
}

export interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: "Delete" | "Retain";
  readonly volumeBindingMode?: "Immediate" | "WaitForFirstConsumer";
  readonly allowVolumeExpansion?: boolean;
  readonly mountOptions?: readonly string[];
  readonly allowedTopologies?: readonly TopologySelectorTerm[];
}

export interface VolumeError {
  readonly time?: string;
  readonly message?: string;
  readonly errorCode?: number;
}

export interface VolumeAttachment extends KubeObject {
  readonly spec: {
    readonly attacher: string;
    readonly nodeName: string;
    readonly source: {
      readonly persistentVolumeName?: string;
      readonly inlineVolumeSpec?: PersistentVolumeSpec;
    };
  };
  readonly status?: {
    readonly attached: boolean;
    readonly attachmentMetadata?: Readonly<Record<string, string>>;
    readonly attachError?: VolumeError;
    readonly detachError?: VolumeError;
  };
}

export interface CsiTokenRequest {
  readonly audience: string;
  readonly expirationSeconds?: number;
}

export interface CsiDriver extends KubeObject {
  readonly spec: {
    readonly attachRequired?: boolean;
    readonly podInfoOnMount?: boolean;
    readonly storageCapacity?: boolean;
    readonly fsGroupPolicy?: string;
    readonly volumeLifecycleModes?: readonly string[];
    readonly tokenRequests?: readonly CsiTokenRequest[];
    readonly requiresRepublish?: boolean;
    readonly seLinuxMount?: boolean;
    readonly nodeAllocatableUpdatePeriodSeconds?: number;
  };
}

export interface CsiNodeDriver {
  readonly name: string;
  readonly nodeID: string;
  readonly topologyKeys?: readonly string[];
  readonly allocatable?: { readonly count?: number };
}

export interface CsiNode extends KubeObject {
  readonly spec: { readonly drivers?: readonly CsiNodeDriver[] };
}

export interface CsiStorageCapacity extends KubeObject {
  readonly storageClassName: string;
  readonly nodeTopology?: LabelSelector;
  readonly capacity?: string;
  readonly maximumVolumeSize?: string;
}

export interface VolumeAttributesClass extends KubeObject {
  readonly driverName: string;
  readonly parameters?: Readonly<Record<string, string>>;
}
