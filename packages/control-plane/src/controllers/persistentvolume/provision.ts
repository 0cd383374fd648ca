/**
 * THE table of provisioners that are built in: which volume a claim gets that no existing one fits. Pure.
 *
 * A volume is a folder: on one board, or one that all boards see. A volume's name is made of its claim's uid, so that
 * whoever provisions twice makes one volume.
 */
import { nodeAnnotation, type Node } from "@kubus/shared/api/node.ts";
import type { StorageClass } from "@kubus/shared/api/storage.ts";
import {
  provisionerName,
  volumeAnnotation,
  type AccessMode,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type PersistentVolumeSpec,
} from "@kubus/shared/api/volume.ts";
import type { Draft } from "../../api/objects.ts";
import { referenceTo } from "../workload/ownership.ts";

/** Holds a provisioned volume until its data is removed, also when somebody deletes it before its claim. */
export const reclaimFinalizer = "kubernetes.io/pv-controller";

export interface Order {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  /** The board of the claim's first pod, where the class waits for it. */
  readonly node: Node | undefined;
}

export type Provision = { readonly volume: Draft<PersistentVolume> } | { readonly objection: string };

type Place = Pick<PersistentVolumeSpec, "local" | "hostPath" | "nodeAffinity">;
type Provisioner = (order: Order) => Place | string;

const singleWriter: readonly AccessMode[] = ["ReadWriteOnce", "ReadWriteOncePod"];

const provisioners: Readonly<Record<string, Provisioner>> = {
  [provisionerName.localPath]: ({ claim, node }) => {
    const wrong = claim.spec.accessModes?.find((mode) => !singleWriter.includes(mode));
    if (wrong !== undefined)
      return `a folder on one board can only be ReadWriteOnce or ReadWriteOncePod, not ${wrong}`;
    if (node === undefined) return "the class must have volumeBindingMode WaitForFirstConsumer";
    const { name, annotations } = node.metadata;
    const folder = annotations?.[nodeAnnotation.volumesFolder];
    if (folder === undefined) return `board ${name} offers no folder for volumes`;
    return { local: { path: `${folder}/${folderOf(claim)}` }, nodeAffinity: onlyOn(name) };
  },
  [provisionerName.shared]: ({ claim, storageClass }) => {
    const folder = storageClass.parameters?.["path"] ?? "";
    if (!folder.startsWith("/")) return "the class must name the shared folder as parameter path";
    return {
      hostPath: { path: `${folder.replace(/\/+$/, "")}/${folderOf(claim)}`, type: "DirectoryOrCreate" },
    };
  },
};

export const isBuiltIn = (provisioner: string | undefined): boolean =>
  provisioner !== undefined && Object.hasOwn(provisioners, provisioner);

export const provisionedName = ({ metadata }: PersistentVolumeClaim): string => `pvc-${metadata.uid}`;

/** `pvc-UID_NAMESPACE_CLAIM`: people find their data again. */
const folderOf = (claim: PersistentVolumeClaim): string =>
  `${provisionedName(claim)}_${claim.metadata.namespace ?? ""}_${claim.metadata.name}`;

const onlyOn = (node: string): NonNullable<Place["nodeAffinity"]> => ({
  required: {
    nodeSelectorTerms: [
      { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
    ],
  },
});

/** The volume for a claim, or why there cannot be one. Only for built-in provisioners. */
export function provision(order: Order): Provision {
  const objection = objectionTo(order);
  if (objection !== undefined) return { objection };
  const place = provisioners[order.storageClass.provisioner]?.(order) ?? "unknown provisioner";
  if (typeof place === "string") return { objection: place };
  const { claim, storageClass } = order;
  const { accessModes, resources, volumeMode } = claim.spec;
  const { reclaimPolicy = "Delete", provisioner } = storageClass;
  return {
    volume: {
      metadata: {
        name: provisionedName(claim),
        annotations: {
          [volumeAnnotation.boundByController]: "yes",
          [volumeAnnotation.provisionedBy]: provisioner,
        },
        ...(reclaimPolicy === "Delete" ? { finalizers: [reclaimFinalizer] } : {}),
      },
      spec: {
        ...place,
        ...(accessModes === undefined ? {} : { accessModes }),
        capacity: { storage: resources?.requests?.["storage"] ?? "0" },
        claimRef: referenceTo(claim),
        persistentVolumeReclaimPolicy: reclaimPolicy,
        storageClassName: storageClass.metadata.name,
        ...(volumeMode === undefined ? {} : { volumeMode }),
      },
    },
  };
}

/** What no folder can be. */
function objectionTo({ claim: { spec }, storageClass, node }: Order): string | undefined {
  if (spec.volumeMode === "Block") return "a folder is no block device";
  if (spec.selector !== undefined) return "claim Selector is not supported";
  if (spec.dataSource !== undefined || spec.dataSourceRef !== undefined)
    return "a data source is not supported";
  if ((storageClass.mountOptions ?? []).length > 0) return "mount options are not supported";
  const topologies = storageClass.allowedTopologies ?? [];
  if (node === undefined || topologies.length === 0) return undefined;
  const labels = node.metadata.labels ?? {};
  const isAllowed = topologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? "")),
  );
  return isAllowed ? undefined : `board ${node.metadata.name} is in none of the allowed topologies`;
}
