/**
 * Pods are somebody: each names a ServiceAccount that exists, pulls images with its secrets and, where boards can
 * mount it, finds its token at the place where client libraries look for it.
 */
import type { ServiceAccount } from "@kubus/shared/api/core.ts";
import { nodeAnnotation } from "@kubus/shared/api/node.ts";
import type { Container, Pod, PodSpec } from "@kubus/shared/api/pod.ts";
import type { AdmissionWorld, Attempt, Mutator } from "../admission.ts";
import { concerns, found, listed, refused } from "./concerns.ts";

/** Every namespace has it; also before anyone wrote it down. */
const defaultAccount = "default";
const mirrorAnnotation = "kubernetes.io/config.mirror";
const enforcement = "kubernetes.io/enforce-mountable-secrets";
const volumePrefix = "kube-api-access-";
const mountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
/** An hour, and seven seconds that tell these tokens from others. */
const tokenSeconds = 3_607;

/** The parts of a pod's spec that have no types of their own yet. */
type Spec = PodSpec & {
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly automountServiceAccountToken?: boolean;
};
type Account = ServiceAccount & Pick<Spec, "imagePullSecrets">;

export const serviceAccount: Mutator = (attempt, world) => {
  const { object, operation } = attempt;
  if (operation !== "create" || !concerns(attempt, "", "Pod")) return object;
  const pod = object as Pod;
  if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) return checkedMirror(attempt, pod);
  const spec = pod.spec as Spec;
  const name = spec.serviceAccountName || defaultAccount;
  const account = accountNamed(attempt, world, name);
  if (account?.metadata.annotations?.[enforcement] === "true") checkSecrets(attempt, spec, account);
  const pulls = (spec.imagePullSecrets ?? []).length > 0 ? undefined : account?.imagePullSecrets;
  const known = {
    ...spec,
    serviceAccountName: name,
    ...(pulls === undefined || pulls.length === 0 ? {} : { imagePullSecrets: pulls }),
  };
  const isMounted = spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
  const mounted = isMounted && canMount(world) ? withToken(known, world) : known;
  return { ...pod, spec: mounted } as Pod;
};

/** What a board tells of a pod of its own may lead to nobody's rights. */
function checkedMirror(attempt: Attempt, pod: Pod): Pod {
  if ((pod.spec.serviceAccountName ?? "") !== "")
    throw refused(attempt, "a mirror pod may not reference service accounts");
  const volumes = (pod.spec.volumes ?? []) as readonly { readonly secret?: object }[];
  if (volumes.some(({ secret }) => secret !== undefined))
    throw refused(attempt, "a mirror pod may not reference secrets");
  return pod;
}

function accountNamed(attempt: Attempt, world: AdmissionWorld, name: string): Account | undefined {
  const { namespace } = attempt;
  const account = found<Account>(world, "v1", "ServiceAccount", { namespace, name });
  if (account !== undefined || name === defaultAccount) return account;
  const which = `${namespace ?? ""}/${name}`;
  throw refused(attempt, `error looking up service account ${which}: serviceaccount "${name}" not found`);
}

function checkSecrets(attempt: Attempt, spec: Spec, account: Account): void {
  const allowed = new Set((account.secrets ?? []).map(({ name = "" }) => name));
  const { name } = account.metadata;
  const volumes = (spec.volumes ?? []) as readonly { readonly secret?: { readonly secretName?: string } }[];
  for (const { secret } of volumes)
    if (secret !== undefined && !allowed.has(secret.secretName ?? ""))
      throw refused(
        attempt,
        `volume with secret.secretName="${secret.secretName ?? ""}" is not allowed because service account ${name} does not reference that secret`,
      );
  for (const [list, containers] of Object.entries({ init: spec.initContainers ?? [], "": spec.containers }))
    for (const { name: container, env = [] } of containers)
      for (const { name: variable, valueFrom } of env) {
        const secret = valueFrom?.secretKeyRef?.name;
        if (secret === undefined || allowed.has(secret)) continue;
        const kind = list === "" ? "container" : "init container";
        throw refused(
          attempt,
          `${kind} ${container} with envVar ${variable} referencing secret.secretName="${secret}" is not allowed because service account ${name} does not reference that secret`,
        );
      }
  const pullable = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name));
  for (const { name: secret = "" } of spec.imagePullSecrets ?? [])
    if (!pullable.has(secret))
      throw refused(
        attempt,
        `imagePullSecrets[].name="${secret}" is not allowed because service account ${name} does not reference that imagePullSecret`,
      );
}

/** A pod may come to run on any board, so all of them must be able to. */
function canMount(world: AdmissionWorld): boolean {
  const nodes = listed(world, "v1", "Node");
  return (
    nodes.length > 0 &&
    nodes.every(({ metadata }) => metadata.annotations?.[nodeAnnotation.projectedVolumes] === "true")
  );
}

interface Named {
  readonly name: string;
}

function withToken(spec: Spec, { random }: AdmissionWorld): Spec {
  const all = [...(spec.initContainers ?? []), ...spec.containers];
  if (all.every(hasMount)) return spec;
  const volumes = (spec.volumes ?? []) as readonly Named[];
  const present = volumes.find(({ name }) => name.startsWith(volumePrefix));
  const name = present?.name ?? `${volumePrefix}${random.suffix(5)}`;
  const mount = (container: Container): Container =>
    hasMount(container)
      ? container
      : {
          ...container,
          volumeMounts: [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath }],
        };
  return {
    ...spec,
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(mount) }),
    containers: spec.containers.map(mount),
    ...(present === undefined ? { volumes: [...volumes, tokenVolume(name)] } : {}),
  };
}

const hasMount = ({ volumeMounts = [] }: Container): boolean =>
  (volumeMounts as readonly { readonly mountPath?: string }[]).some((mount) => mount.mountPath === mountPath);

const tokenVolume = (name: string) => ({
  name,
  projected: {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { expirationSeconds: tokenSeconds, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: {
          items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
        },
      },
    ],
  },
});
