/**
 * What a pod's claim comes to on this board: the place of its volume, once the claim has one.
 *
 * Rejects as kubelet does while there is nothing to mount yet; whoever sets up volumes tries again.
 */
import {
  provisionerName,
  volumeAnnotation,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@kubus/shared/api/volume.ts";
import { controllerOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { namespaceOf } from "../pod/plan.ts";
import type { Api } from "../ports/api.ts";
import type { BoardPath, PathType } from "../ports/volume-store.ts";
import { parentOf, type VolumeFolders } from "./folders.ts";
import { fsGroupOf } from "./owner.ts";

export interface ClaimTerms extends VolumeFolders {
  readonly api: Pick<Api, "get">;
}

interface WantedClaim {
  readonly claim: string;
  /** Made for this pod, and for no other of its name. */
  readonly isOwn: boolean;
}

export async function placeOfClaim(
  { claim: name, isOwn }: WantedClaim,
  pod: Pod,
  { api, ...folders }: ClaimTerms,
): Promise<BoardPath> {
  const namespace = namespaceOf(pod);
  const claim = await api
    .get<PersistentVolumeClaim>(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`)
    .catch(asMissing(`persistentvolumeclaim "${name}" not found`));
  const why = objectionTo(claim, isOwn ? pod : undefined);
  if (why !== undefined) throw new Error(`error processing PVC ${namespace}/${name}: ${why}`);
  const volumeName = claim.spec.volumeName ?? "";
  const volume = await api
    .get<PersistentVolume>(`/api/v1/persistentvolumes/${volumeName}`)
    .catch(asMissing(`persistentvolume "${volumeName}" not found`));
  if (volume.spec.claimRef?.uid !== claim.metadata.uid)
    throw new Error(`error processing PVC ${namespace}/${name}: volume "${volumeName}" is not the claim's`);
  return placeOf(volume, folders, fsGroupOf(pod));
}

const asMissing = (message: string) => (error: unknown) => {
  throw isRefusal(error, "notFound") ? new Error(message, { cause: error }) : error;
};

function objectionTo(claim: PersistentVolumeClaim, owner: Pod | undefined): string | undefined {
  const { metadata, spec, status } = claim;
  if (owner !== undefined && controllerOf(claim)?.uid !== owner.metadata.uid)
    return "PVC was not created for pod";
  if (metadata.deletionTimestamp !== undefined) return "can't start pod because PVC is being deleted";
  return status?.phase === "Bound" && (spec.volumeName ?? "") !== "" ? undefined : "PVC is not bound";
}

/** Where the volume lies here. Throws when it is not here, or of a sort that this agent does not mount. */
export function placeOf(
  volume: PersistentVolume,
  folders: VolumeFolders,
  gid: number | undefined,
): BoardPath {
  const { metadata, spec } = volume;
  const refused = (why: string) => new Error(`volume "${metadata.name}" ${why}`);
  if (spec.volumeMode === "Block") throw refused("is a block device, which is not supported yet");
  const path = spec.local?.path ?? spec.hostPath?.path;
  if (path === undefined) throw refused("is of a type that is not supported yet");
  if (isElsewhere(volume, folders.node)) throw refused(`is not on board ${folders.node}`);
  const provisioner = metadata.annotations?.[volumeAnnotation.provisionedBy];
  if (parentOf(path, folders) !== undefined)
    return { path, type: "volume", ...(gid === undefined ? {} : { gid }) };
  if (provisioner === provisionerName.shared)
    throw refused(`is in a shared folder, ${path}, that this board does not have`);
  if (provisioner === provisionerName.localPath) throw refused(`is not on board ${folders.node}`);
  // What an administrator put there is there already.
  return { path, type: spec.local === undefined ? ((spec.hostPath?.type ?? "") as PathType) : "Directory" };
}

/** Its affinity names other boards only. */
const isElsewhere = ({ spec }: PersistentVolume, node: string): boolean => {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return (
    terms.length > 0 &&
    terms.every(({ matchExpressions = [] }) =>
      matchExpressions.some(
        ({ key, operator, values = [] }) =>
          key === "kubernetes.io/hostname" && operator === "In" && !values.includes(node),
      ),
    )
  );
};
