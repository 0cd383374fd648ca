/** PersistentVolumeClaimResize: a claim grows only when it is bound and its class can grow volumes. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import type { Admitter } from "../admission.ts";
import { amountOf } from "./amounts.ts";
import { concerns, found, refused } from "./concerns.ts";

type StorageClass = KubeObject & { readonly allowVolumeExpansion?: boolean };

export const persistentVolumeClaimResize: Admitter = (attempt, world): void => {
  if (attempt.operation !== "update" || !concerns(attempt, "", "PersistentVolumeClaim")) return;
  const [next, previous] = [attempt.object, attempt.previous] as PersistentVolumeClaim[];
  if (next === undefined || previous === undefined || storageOf(next) <= storageOf(previous)) return;
  if (previous.status?.phase !== "Bound")
    throw refused(attempt, "Only bound persistent volume claims can be expanded");
  const name =
    next.spec.storageClassName ??
    next.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ??
    "";
  const row =
    name === "" ? undefined : found<StorageClass>(world, "storage.k8s.io/v1", "StorageClass", { name });
  if (row?.allowVolumeExpansion === true) return;
  throw refused(
    attempt,
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
  );
};

const storageOf = ({ spec }: PersistentVolumeClaim): bigint =>
  amountOf(spec.resources?.requests?.["storage"]).billionths;
