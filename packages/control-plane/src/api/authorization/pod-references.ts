/** Whether a pod refers to a Secret, a ConfigMap or a ServiceAccount, wherever in its spec. Pure. */
import type { Container, Pod } from "@kubus/shared/api/pod.ts";

/** The parts of volumes and pull secrets that name something. */
interface Volume {
  readonly secret?: { readonly secretName?: string };
  readonly configMap?: { readonly name?: string };
  readonly projected?: { readonly sources?: readonly Source[] };
  readonly persistentVolumeClaim?: { readonly claimName?: string };
  /** Its claim is named after the pod and the volume. */
  readonly ephemeral?: object;
  readonly name?: string;
}
interface Source {
  readonly secret?: { readonly name?: string };
  readonly configMap?: { readonly name?: string };
}
interface Spec {
  readonly volumes?: readonly Volume[];
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
}

/** `plural`: secrets, configmaps or serviceaccounts. */
export const refersTo = (pod: Pod, plural: string, name: string): boolean => {
  const names = referenced[plural];
  return names?.(pod).includes(name) ?? false;
};

/** The PersistentVolumeClaims that a pod mounts. */
export const claimsOf = ({ metadata, spec }: Pod): readonly string[] =>
  ((spec as Spec).volumes ?? []).flatMap(({ persistentVolumeClaim, ephemeral, name = "" }) => [
    ...(persistentVolumeClaim?.claimName === undefined ? [] : [persistentVolumeClaim.claimName]),
    ...(ephemeral === undefined ? [] : [`${metadata.name}-${name}`]),
  ]);

type Names = readonly (string | undefined)[];

const referenced: Readonly<Record<string, (pod: Pod) => Names>> = {
  secrets: (pod) => {
    const { volumes = [], imagePullSecrets = [] } = pod.spec as Spec;
    return [
      ...imagePullSecrets.map(({ name }) => name),
      ...volumes.flatMap(({ secret, projected }) => [
        secret?.secretName,
        ...(projected?.sources ?? []).map((source) => source.secret?.name),
      ]),
      ...containersOf(pod).flatMap(({ env = [], envFrom = [] }) => [
        ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
        ...envFrom.map(({ secretRef }) => secretRef?.name),
      ]),
    ];
  },
  configmaps: (pod) => {
    const { volumes = [] } = pod.spec as Spec;
    return [
      ...volumes.flatMap(({ configMap, projected }) => [
        configMap?.name,
        ...(projected?.sources ?? []).map((source) => source.configMap?.name),
      ]),
      ...containersOf(pod).flatMap(({ env = [], envFrom = [] }) => [
        ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
        ...envFrom.map(({ configMapRef }) => configMapRef?.name),
      ]),
    ];
  },
  serviceaccounts: ({ spec }) => [spec.serviceAccountName],
};

const containersOf = ({ spec }: Pod): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];
