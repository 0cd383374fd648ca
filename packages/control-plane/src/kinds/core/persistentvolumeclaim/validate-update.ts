/** What may change about a claim that exists: it gets its volume once, and then may grow. Pure. */
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "@kubus/shared/api/volume.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { validateImmutable, when } from "../../rules.ts";
import { compareAmounts } from "../quantities.ts";
import { meansSame } from "../semantic.ts";
import { storageClassAnnotation } from "../volumes/storage-class.ts";

const immutable =
  "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

export function validateClaimUpdate(
  next: PersistentVolumeClaim,
  previous: PersistentVolumeClaim,
): readonly Cause[] {
  const [annotated, wasAnnotated] = [classAnnotationOf(next), classAnnotationOf(previous)];
  return [
    ...when(
      !isMovedFromAnnotation(next, previous) && (annotated ?? "") !== (wasAnnotated ?? ""),
      cause.invalid(`metadata.annotations.${storageClassAnnotation}`, annotated ?? "", "field is immutable"),
    ),
    ...when(!meansSame(restored(next, previous), previous.spec), cause.forbidden("spec", immutable)),
    ...validateSize(next, previous),
    ...validateImmutable(next.spec.volumeMode, previous.spec.volumeMode, "volumeMode"),
    ...validateAttributesClass(next.spec, previous.spec),
  ];
}

const classAnnotationOf = ({ metadata }: PersistentVolumeClaim): string | undefined =>
  metadata.annotations?.[storageClassAnnotation];

/** The class moves from the old annotation into the field. */
function isMovedFromAnnotation(next: PersistentVolumeClaim, previous: PersistentVolumeClaim): boolean {
  const was = classAnnotationOf(previous);
  const is = classAnnotationOf(next);
  return (
    was !== undefined &&
    previous.spec.storageClassName === undefined &&
    next.spec.storageClassName === was &&
    (is === undefined || is === was)
  );
}

/** The next spec, with everything that may change put back as it was. What then still differs may not. */
function restored(next: PersistentVolumeClaim, previous: PersistentVolumeClaim): object {
  const { spec: was } = previous;
  const isBound = next.status?.phase === "Bound";
  const { volumeAttributesClassName: attributes, resources = {} } = next.spec;
  const annotated = classAnnotationOf(previous);
  const mayGetClass =
    was.storageClassName === undefined &&
    (annotated === undefined || annotated === next.spec.storageClassName);
  const { storage: size } = was.resources?.requests ?? {};
  const requests =
    isBound && resources.requests !== undefined && size !== undefined
      ? { ...resources.requests, storage: size }
      : resources.requests;
  return {
    ...next.spec,
    resources: { ...resources, requests },
    volumeName: was.volumeName ? next.spec.volumeName : was.volumeName,
    storageClassName: mayGetClass ? undefined : next.spec.storageClassName,
    volumeAttributesClassName:
      isBound && attributes !== undefined ? was.volumeAttributesClassName : attributes,
  };
}

/** A growth that failed may be taken back, but never below what there is. */
function validateSize(next: PersistentVolumeClaim, previous: PersistentVolumeClaim): readonly Cause[] {
  const size = ({ spec }: PersistentVolumeClaim) => spec.resources?.requests?.["storage"] ?? "0";
  const isSmaller = compareAmounts(size(next), size(previous)) < 0;
  const has = previous.status?.capacity?.["storage"] ?? "0";
  return when(
    isSmaller && compareAmounts(size(next), has) <= 0,
    cause.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"),
  );
}

function validateAttributesClass(
  { volumeAttributesClassName: next }: PersistentVolumeClaimSpec,
  { volumeAttributesClassName: previous }: PersistentVolumeClaimSpec,
): readonly Cause[] {
  if (previous === undefined || (next !== undefined && next !== "")) return [];
  const what = next === undefined ? "nil" : "an empty string";
  return [
    cause.forbidden("spec.volumeAttributesClassName", `update from non-nil value to ${what} is forbidden`),
  ];
}
