/**
 * The parts of a pod that the shared words leave open (volumes, mounts, probes, hooks), as the API server reads them.
 */
import type { PersistentVolumeClaimSpec } from "@kubus/shared/api/volume.ts";
import type { Received } from "../../received.ts";

export interface PortTarget {
  readonly port?: number | string;
  readonly host?: string;
}

export interface ContainerAction {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: PortTarget & {
    readonly path?: string;
    readonly scheme?: string;
    readonly httpHeaders?: readonly { readonly name?: string; readonly value?: string }[];
  };
  readonly tcpSocket?: PortTarget;
  readonly grpc?: { readonly port?: number; readonly service?: string };
  readonly sleep?: { readonly seconds?: number };
}

export interface Probe extends ContainerAction {
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
  readonly terminationGracePeriodSeconds?: number;
}

export interface Lifecycle {
  readonly postStart?: ContainerAction;
  readonly preStop?: ContainerAction;
}

export interface VolumeMount {
  readonly name?: string;
  readonly mountPath?: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
  readonly subPathExpr?: string;
  readonly mountPropagation?: string;
  readonly recursiveReadOnly?: string;
}

export interface KeyToPath {
  readonly key?: string;
  readonly path?: string;
  readonly mode?: number;
}

export interface DownwardFile {
  readonly path?: string;
  readonly fieldRef?: { readonly apiVersion?: string; readonly fieldPath?: string };
  readonly resourceFieldRef?: {
    readonly containerName?: string;
    readonly resource?: string;
    readonly divisor?: string;
  };
}

/** A volume: its name and exactly one source. */
export interface Volume {
  readonly name?: string;
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly hostPath?: { readonly path?: string; readonly type?: string };
  readonly configMap?: {
    readonly name?: string;
    readonly defaultMode?: number;
    readonly items?: readonly KeyToPath[];
  };
  readonly secret?: {
    readonly secretName?: string;
    readonly defaultMode?: number;
    readonly items?: readonly KeyToPath[];
  };
  readonly downwardAPI?: { readonly defaultMode?: number; readonly items?: readonly DownwardFile[] };
  readonly projected?: { readonly defaultMode?: number; readonly sources?: readonly ProjectedSource[] };
  readonly persistentVolumeClaim?: { readonly claimName?: string; readonly readOnly?: boolean };
  readonly nfs?: { readonly server?: string; readonly path?: string };
  readonly image?: { readonly reference?: string; readonly pullPolicy?: string };
  readonly ephemeral?: {
    readonly volumeClaimTemplate?: { readonly spec?: Received<PersistentVolumeClaimSpec> };
  };
  readonly [otherSource: string]: unknown;
}

export interface ProjectedSource {
  readonly serviceAccountToken?: { readonly expirationSeconds?: number; readonly path?: string };
  readonly downwardAPI?: { readonly items?: readonly DownwardFile[] };
  readonly configMap?: { readonly name?: string; readonly items?: readonly KeyToPath[] };
  readonly secret?: { readonly name?: string; readonly items?: readonly KeyToPath[] };
}
