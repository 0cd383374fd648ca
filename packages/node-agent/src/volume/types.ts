/**
 * THE table of volume types that this agent mounts: what each comes to. Pure.
 *
 * A volume is either files that the agent writes and keeps up to date, or a folder that belongs to the pod's containers,
 * or something that was there before the pod and stays after it.
 */
import { quantityValue } from "@kubus/shared/api/quantity.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { podLimits } from "../pod/resources.ts";
import type { FolderWish, PathType } from "../ports/volume-store.ts";
import type { DownwardFile, KeyToPath, Projection, Volume } from "./spec.ts";

export type VolumePlan =
  | { readonly content: "files"; readonly sources: readonly Projection[]; readonly defaultMode: number }
  | ({ readonly content: "folder" } & Omit<FolderWish, "gid">)
  /** Something of the board's own. */
  | { readonly content: "path"; readonly path: string; readonly type: PathType }
  | { readonly content: "claim"; readonly claim: string; readonly readOnly: boolean; readonly isOwn: boolean }
  | { readonly content: "unknown"; readonly why: string };

const fileMode = 0o644;

interface FilesSource {
  readonly name?: string;
  readonly secretName?: string;
  readonly items?: readonly (KeyToPath & DownwardFile)[];
  readonly optional?: boolean;
  readonly defaultMode?: number;
  readonly sources?: readonly Projection[];
}

interface EmptyDirSource {
  readonly medium?: string;
  readonly sizeLimit?: string | number;
}

interface ClaimSource {
  readonly claimName?: string;
  readonly readOnly?: boolean;
}

const files = ({ defaultMode = fileMode }: FilesSource, ...sources: readonly Projection[]): VolumePlan => ({
  content: "files",
  sources,
  defaultMode,
});

const volumeTypes: Readonly<Record<string, (source: never, pod: Pod) => VolumePlan>> = {
  projected: (source: FilesSource) => files(source, ...(source.sources ?? [])),
  configMap: (source: FilesSource) => files(source, { configMap: { ...source, name: source.name ?? "" } }),
  secret: (source: FilesSource) => files(source, { secret: { ...source, name: source.secretName ?? "" } }),
  downwardAPI: (source: FilesSource) => files(source, { downwardAPI: { items: source.items ?? [] } }),
  emptyDir: ({ medium = "", sizeLimit }: EmptyDirSource, { spec }) => {
    if (medium === "") return { content: "folder", medium: "disk" };
    if (medium !== "Memory") return { content: "unknown", why: `emptyDir on ${medium}` };
    // As in Kubernetes, memory that nobody limited is limited by what the pod may have.
    const sizes = [
      sizeLimit === undefined ? 0 : quantityValue(sizeLimit),
      podLimits(spec).memoryBytesMax ?? 0,
    ];
    const given = sizes.filter((size) => size > 0);
    return {
      content: "folder",
      medium: "memory",
      ...(given.length === 0 ? {} : { sizeBytesMax: Math.min(...given) }),
    };
  },
  hostPath: ({ path = "", type = "" }: { readonly path?: string; readonly type?: PathType }) => ({
    content: "path",
    path,
    type,
  }),
  persistentVolumeClaim: ({ claimName = "", readOnly = false }: ClaimSource) => ({
    content: "claim",
    claim: claimName,
    readOnly,
    isOwn: false,
  }),
};

export function planOf(volume: Volume, pod: Pod): VolumePlan {
  const [type, source] = Object.entries(volume).find(
    ([key, value]) => key !== "name" && value !== undefined && value !== null,
  ) ?? ["emptyDir", {}];
  // Its claim is made for the pod, and named after both.
  if (type === "ephemeral")
    return { content: "claim", claim: `${pod.metadata.name}-${volume.name}`, readOnly: false, isOwn: true };
  const plan = Object.hasOwn(volumeTypes, type) ? volumeTypes[type] : undefined;
  return plan === undefined ? { content: "unknown", why: type } : plan(source as never, pod);
}
