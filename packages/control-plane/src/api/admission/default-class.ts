/** DefaultStorageClass and DefaultIngressClass: what names no class gets the newest one that is marked as default. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Ingress } from "@kubus/shared/api/networking.ts";
import type { PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import type { Mutator } from "../admission.ts";
import { concerns, listed } from "./concerns.ts";

export const defaultStorageClass: Mutator = (attempt, world) => {
  if (attempt.operation !== "create" || !concerns(attempt, "", "PersistentVolumeClaim"))
    return attempt.object;
  const claim = attempt.object as PersistentVolumeClaim;
  // An empty name says: none.
  const isSaid =
    claim.spec.storageClassName !== undefined ||
    claim.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] !== undefined;
  const name = isSaid
    ? undefined
    : newestDefaultStorageClass(listed(world, "storage.k8s.io/v1", "StorageClass"));
  if (name === undefined) return claim;
  return { ...claim, spec: { ...claim.spec, storageClassName: name } } as KubeObject;
};

export const defaultIngressClass: Mutator = (attempt, world) => {
  if (attempt.operation !== "create" || !concerns(attempt, "networking.k8s.io", "Ingress"))
    return attempt.object;
  const ingress = attempt.object as Ingress;
  const isSaid =
    ingress.spec.ingressClassName !== undefined ||
    ingress.metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined;
  const name = isSaid
    ? undefined
    : newestDefault(listed(world, "networking.k8s.io/v1", "IngressClass"), [
        "ingressclass.kubernetes.io/is-default-class",
      ]);
  if (name === undefined) return ingress;
  return { ...ingress, spec: { ...ingress.spec, ingressClassName: name } } as KubeObject;
};

/** The class of claims that name none. */
export const newestDefaultStorageClass = (classes: readonly KubeObject[]): string | undefined =>
  newestDefault(classes, [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
  ]);

/** Of several the newest; of those of one second the first by name. */
function newestDefault(classes: readonly KubeObject[], marks: readonly string[]): string | undefined {
  const isDefault = ({ metadata }: KubeObject) =>
    marks.some((mark) => metadata.annotations?.[mark] === "true");
  const [first] = classes
    .filter(isDefault)
    .toSorted(
      (a, b) =>
        b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp) ||
        (a.metadata.name < b.metadata.name ? -1 : 1),
    );
  return first?.metadata.name;
}
