/** The storage class of volumes and claims. Before the field there was an annotation, and it still counts. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";

export const storageClassAnnotation = "volume.beta.kubernetes.io/storage-class";

type Classed = Pick<KubeObject, "metadata"> & { readonly spec?: { readonly storageClassName?: string } };

export const storageClassOf = ({ metadata, spec }: Classed): string =>
  metadata.annotations?.[storageClassAnnotation] ?? spec?.storageClassName ?? "";
