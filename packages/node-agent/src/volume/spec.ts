/** The parts of a pod's spec that speak of volumes, as the API server has checked and completed them. */
import type { Container, Pod } from "@kubus/shared/api/pod.ts";
import type { ResourceFieldRef } from "../pod/downward.ts";

export interface KeyToPath {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

/** A config map or a secret as files; by `name`, but for a secret of its own volume. */
export interface KeyedSource {
  readonly name: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

export interface DownwardFile {
  readonly path: string;
  readonly mode?: number;
  readonly fieldRef?: { readonly fieldPath: string };
  readonly resourceFieldRef?: ResourceFieldRef;
}

export interface TokenSource {
  readonly path: string;
  readonly audience?: string;
  readonly expirationSeconds?: number;
}

/** One source of a projected volume: one of these. */
export interface Projection {
  readonly configMap?: KeyedSource;
  readonly secret?: KeyedSource;
  readonly downwardAPI?: { readonly items?: readonly DownwardFile[] };
  readonly serviceAccountToken?: TokenSource;
}

/** A name, and one source under the name of its type. */
export type Volume = { readonly name: string } & Readonly<Record<string, unknown>>;

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
  readonly subPathExpr?: string;
  readonly mountPropagation?: string;
  readonly recursiveReadOnly?: string;
}

export const volumesOf = ({ spec }: Pod): readonly Volume[] => (spec.volumes ?? []) as readonly Volume[];

export const mountsOf = ({ volumeMounts }: Container): readonly VolumeMount[] =>
  (volumeMounts ?? []) as readonly VolumeMount[];

export const containersOf = ({ spec }: Pod): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];
