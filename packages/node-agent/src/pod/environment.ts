/** A container's environment out of its spec: values, references, `$(VAR)`. Pure. */
import type { ConfigMap, Secret } from "@kubus/shared/api/core.ts";
import type { Container, EnvVar, Pod, ResourceList } from "@kubus/shared/api/pod.ts";
import { ContainerRefusal } from "../container/problem.ts";
import { apiVariables, type ApiPlace } from "./api-place.ts";
import { metadataField, resourceField, type ResourceFieldRef } from "./downward.ts";

/** What references are resolved with. */
export interface Sources {
  readonly pod: Pod;
  readonly nodeName: string;
  readonly hostIp: string;
  readonly podIp: string;
  /** Undefined as long as nobody knows it. */
  readonly apiPlace?: ApiPlace | undefined;
  /** What pods may have of this board. */
  readonly allocatable?: ResourceList | undefined;
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

export interface Wanted {
  readonly name: string;
  readonly optional: boolean;
}

/** The config maps and secrets that a container's environment names. */
export function wantedSources({ env = [], envFrom = [] }: Container): {
  readonly configMaps: readonly Wanted[];
  readonly secrets: readonly Wanted[];
} {
  const of = (refs: readonly (undefined | { readonly name: string; readonly optional?: boolean })[]) =>
    refs.filter((ref) => ref !== undefined).map(({ name, optional = false }) => ({ name, optional }));
  return {
    configMaps: of([
      ...envFrom.map(({ configMapRef }) => configMapRef),
      ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef),
    ]),
    secrets: of([
      ...envFrom.map(({ secretRef }) => secretRef),
      ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef),
    ]),
  };
}

/** Later entries win. Throws a ContainerRefusal when a key that is not optional is missing. */
export function environmentOf(container: Container, sources: Sources): ReadonlyMap<string, string> {
  const values = new Map<string, string>([...apiVariables(sources.apiPlace), ...bulk(container, sources)]);
  for (const entry of container.env ?? []) {
    const value = valueOf(entry, container, { sources, values });
    if (value !== undefined) values.set(entry.name, value);
  }
  return values;
}

/** Kubernetes' rule: `$(NAME)` is replaced when NAME is known, `$$` stands for `$`. */
export const expand = (text: string, values: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? "$" : (values.get(name) ?? whole),
  );

function* bulk({ envFrom = [] }: Container, { configMaps, secrets }: Sources): Iterable<[string, string]> {
  for (const { prefix = "", configMapRef, secretRef } of envFrom) {
    const config = configMapRef === undefined ? undefined : configMaps.get(configMapRef.name)?.data;
    const secret = secretRef === undefined ? undefined : secrets.get(secretRef.name)?.data;
    for (const [key, value] of Object.entries(config ?? {})) yield [prefix + key, value];
    for (const [key, value] of Object.entries(secret ?? {})) yield [prefix + key, fromBase64(value)];
  }
}

interface Known {
  readonly sources: Sources;
  readonly values: ReadonlyMap<string, string>;
}

function valueOf({ value, valueFrom }: EnvVar, container: Container, known: Known): string | undefined {
  if (valueFrom === undefined) return expand(value ?? "", known.values);
  const { fieldRef, configMapKeyRef, secretKeyRef, resourceFieldRef } = valueFrom;
  const { sources } = known;
  if (fieldRef !== undefined) return fieldOf(fieldRef.fieldPath, sources);
  if (resourceFieldRef !== undefined) return resourceOf(resourceFieldRef, container, sources);
  if (configMapKeyRef !== undefined) {
    return keyOf("configmap", configMapKeyRef, sources.configMaps.get(configMapKeyRef.name)?.data);
  }
  if (secretKeyRef === undefined) return undefined;
  const data = keyOf("secret", secretKeyRef, sources.secrets.get(secretKeyRef.name)?.data);
  return data === undefined ? undefined : fromBase64(data);
}

function keyOf(
  what: "configmap" | "secret",
  {
    name,
    key,
    optional = false,
  }: { readonly name: string; readonly key: string; readonly optional?: boolean },
  data: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const value = data?.[key];
  if (value !== undefined || optional) return value;
  const message = `couldn't find key ${key} in ${what} ${name}`;
  throw new ContainerRefusal("CreateContainerConfigError", message);
}

function fieldOf(path: string, { pod, nodeName, hostIp, podIp }: Sources): string {
  const fields: Readonly<Record<string, string | undefined>> = {
    "spec.nodeName": nodeName,
    "spec.serviceAccountName": pod.spec.serviceAccountName ?? "default",
    "status.hostIP": hostIp,
    "status.hostIPs": hostIp,
    "status.podIP": podIp,
    "status.podIPs": podIp,
  };
  const value = fields[path] ?? metadataField(path, pod);
  if (value !== undefined) return value;
  throw new ContainerRefusal("CreateContainerConfigError", `fieldPath "${path}" is not supported`);
}

function resourceOf(ref: ResourceFieldRef, container: Container, { pod, allocatable }: Sources): string {
  const named = pod.spec.containers.find(({ name }) => name === ref.containerName) ?? container;
  return resourceField(ref, named, allocatable);
}

const fromBase64 = (text: string) => Buffer.from(text, "base64").toString();
