/** Volumes and claims are born with a finalizer: neither goes while somebody uses it. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Mutator } from "../admission.ts";

const finalizers: Readonly<Record<string, string>> = {
  PersistentVolume: "kubernetes.io/pv-protection",
  PersistentVolumeClaim: "kubernetes.io/pvc-protection",
};

export const storageProtection: Mutator = ({ operation, kind, subresource, object }): KubeObject => {
  const finalizer = kind.group === "" ? finalizers[kind.kind] : undefined;
  if (finalizer === undefined || operation !== "create" || subresource !== undefined) return object;
  const { metadata } = object;
  const given = metadata.finalizers ?? [];
  return given.includes(finalizer)
    ? object
    : { ...object, metadata: { ...metadata, finalizers: [...given, finalizer] } };
};
