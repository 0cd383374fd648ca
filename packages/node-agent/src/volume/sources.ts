/** THE table of sources of files: what each comes to, given what it needs. */
import type { ConfigMap, Secret } from "@kubus/shared/api/core.ts";
import type { Pod, ResourceList } from "@kubus/shared/api/pod.ts";
import { metadataField, resourceField } from "../pod/downward.ts";
import type { VolumeFile } from "../ports/volume-store.ts";
import {
  containersOf,
  type DownwardFile,
  type KeyedSource,
  type Projection,
  type TokenSource,
} from "./spec.ts";

/** What files are made of, for one pod. */
export interface Supplies {
  /** As it is now. */
  readonly pod: Pod;
  readonly allocatable: ResourceList | undefined;
  /** Undefined when there is none; rejects when nobody can tell. */
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  token(source: TokenSource): Promise<string>;
}

export interface FileTerms {
  readonly defaultMode: number;
  /** Whose token it is, where all containers are the same user. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

type SourceType<Source> = (
  source: Source,
  supplies: Supplies,
  terms: FileTerms,
) => Promise<readonly VolumeFile[]>;

const bytes = (text: string) => new TextEncoder().encode(text);

const configMap: SourceType<KeyedSource> = async (source, supplies, { defaultMode }) => {
  const found = await supplies.configMap(source.name);
  if (found === undefined) return missing("configmap", source);
  const texts = Object.entries(found.data ?? {}).map(([key, text]) => [key, bytes(text)] as const);
  const data = new Map([...texts, ...decoded(found.binaryData)]);
  return keyed(data, source, { defaultMode, unknown: "configmap references non-existent config key" });
};

const secret: SourceType<KeyedSource> = async (source, supplies, { defaultMode }) => {
  const found = await supplies.secret(source.name);
  if (found === undefined) return missing("secret", source);
  const data = new Map(decoded(found.data));
  return keyed(data, source, { defaultMode, unknown: "references non-existent secret key" });
};

const downwardAPI: SourceType<{ readonly items?: readonly DownwardFile[] }> = (
  { items = [] },
  supplies,
  terms,
) =>
  Promise.resolve(items).then((all) =>
    all.map((item) => ({
      path: item.path,
      data: bytes(told(item, supplies)),
      mode: item.mode ?? terms.defaultMode,
    })),
  );

/** Readable for everybody inside, unless it is known who needs it. */
const serviceAccountToken: SourceType<TokenSource> = async (source, supplies, { defaultMode, uid, gid }) => {
  const token = await supplies.token(source);
  const mode = uid === undefined && gid === undefined ? defaultMode : 0o600;
  return [{ path: source.path, data: bytes(token), mode, ...(uid === undefined ? {} : { uid }) }];
};

const sourceTypes: { readonly [Type in keyof Projection]-?: SourceType<NonNullable<Projection[Type]>> } = {
  configMap,
  secret,
  downwardAPI,
  serviceAccountToken,
};

/** All files of a volume. Rejects in kubelet's words when something is missing that is not optional. */
export async function filesOf(
  sources: readonly Projection[],
  supplies: Supplies,
  terms: FileTerms,
): Promise<readonly VolumeFile[]> {
  const made = sources.flatMap((source) =>
    Object.entries(source).map(async ([type, one]) => {
      const filesOfType = sourceTypes[type as keyof Projection] as SourceType<unknown> | undefined;
      if (filesOfType === undefined) throw new Error(`sources of type ${type} are not supported yet`);
      return filesOfType(one, supplies, terms);
    }),
  );
  // Of several things that are missing the first is told, whichever was found out first.
  const results = await Promise.allSettled(made);
  return results.flatMap((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

function missing(what: string, { name, optional = false }: KeyedSource): readonly VolumeFile[] {
  if (optional) return [];
  throw new Error(`${what} "${name}" not found`);
}

const decoded = (data: Readonly<Record<string, string>> = {}) =>
  Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64") as Uint8Array] as const);

function keyed(
  data: ReadonlyMap<string, Uint8Array>,
  { items, optional = false }: KeyedSource,
  { defaultMode, unknown }: { readonly defaultMode: number; readonly unknown: string },
): readonly VolumeFile[] {
  if (items === undefined || items.length === 0)
    return [...data].map(([key, value]) => ({ path: key, data: value, mode: defaultMode }));
  return items.flatMap(({ key, path, mode = defaultMode }) => {
    const value = data.get(key);
    if (value !== undefined) return [{ path, data: value, mode }];
    if (optional) return [];
    throw new Error(`${unknown}: ${key}`);
  });
}

function told({ fieldRef, resourceFieldRef }: DownwardFile, { pod, allocatable }: Supplies): string {
  if (fieldRef !== undefined) {
    const text = metadataField(fieldRef.fieldPath, pod);
    if (text === undefined) throw new Error(`unsupported fieldPath: ${fieldRef.fieldPath}`);
    return text;
  }
  const container = containersOf(pod).find(({ name }) => name === resourceFieldRef?.containerName);
  if (container === undefined || resourceFieldRef === undefined)
    throw new Error(`container ${resourceFieldRef?.containerName ?? ""} not found`);
  return resourceField(resourceFieldRef, container, allocatable);
}
