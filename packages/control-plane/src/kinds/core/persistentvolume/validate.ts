/** The rules of persistent volumes (core validation). Pure. */
import { isDeepStrictEqual } from "node:util";
import path from "node:path/posix";
import type { PersistentVolume, PersistentVolumeSpec } from "@kubus/shared/api/volume.ts";
import { quantityValue } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain } from "../../../api/names.ts";
import { without } from "../../../api/without.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checkedIfSaid, validateChoiceIfSaid, validateImmutable, when } from "../../rules.ts";
import { validateNodeSelector } from "../pod/validate-node-selector.ts";
import { entriesOf, validatePositiveAmount } from "../quantities.ts";
import { validateAccessModes, volumeModes } from "../volumes/access-modes.ts";
import { isThere, validateOneSource, type Source } from "../volumes/one-source.ts";
import { persistentVolumeSources } from "./sources.ts";

type Spec = Received<PersistentVolumeSpec>;

const reclaimPolicies = ["Delete", "Recycle", "Retain"];

export function validatePersistentVolume({
  metadata,
  spec = {},
}: Received<PersistentVolume>): readonly Cause[] {
  const place = { volumeName: metadata?.name ?? "" };
  return [
    ...validateAccessModes(spec.accessModes, "spec.accessModes"),
    ...validateCapacity(spec),
    ...validateChoiceIfSaid(
      spec.persistentVolumeReclaimPolicy || undefined,
      reclaimPolicies,
      "spec.persistentVolumeReclaimPolicy",
    ),
    ...validateAffinity(spec),
    ...validateOneSource(persistentVolumeSources, spec, "spec", place),
    ...validateWhole(spec),
    ...checkedIfSaid(dnsSubdomain, spec.storageClassName, "spec.storageClassName"),
    ...validateChoiceIfSaid(spec.volumeMode, volumeModes, "spec.volumeMode"),
    ...validateAttributesClass(spec),
  ];
}

function validateCapacity({ capacity }: Spec): readonly Cause[] {
  const entries = entriesOf(capacity);
  const isStorageOnly = entries.length === 1 && entries[0]?.[0] === "storage";
  return [
    ...when(entries.length === 0, cause.required("spec.capacity")),
    ...when(!isStorageOnly, cause.notSupported("spec.capacity", capacity ?? {}, ["storage"])),
    ...entries.flatMap(([resource, amount]) => {
      const field = `spec.capacity[${resource}]`;
      const value = quantityValue(amount);
      return [
        ...when(value < 0, cause.invalid(field, value, "must be a valid resource quantity")),
        ...validatePositiveAmount(amount, field),
      ];
    }),
  ];
}

function validateAffinity({ nodeAffinity }: Spec): readonly Cause[] {
  if (nodeAffinity === undefined) return [];
  const { required } = nodeAffinity;
  const field = "spec.nodeAffinity.required";
  return required === undefined
    ? [cause.required(field, "must specify required node constraints")]
    : validateNodeSelector(required, field);
}

function validateWhole(spec: Spec): readonly Cause[] {
  const { local, nodeAffinity, hostPath, persistentVolumeReclaimPolicy } = spec;
  const [first] = persistentVolumeSources.filter(({ name }) => isThere((spec as Source)[name]));
  const isRoot = hostPath !== undefined && path.resolve("/", hostPath.path ?? "") === "/";
  return [
    ...when(
      local !== undefined && first?.name === "local" && nodeAffinity === undefined,
      cause.required("spec.nodeAffinity", "Local volume requires node affinity"),
    ),
    ...when(
      isRoot && (hostPath.path ?? "").startsWith("/") && persistentVolumeReclaimPolicy === "Recycle",
      cause.forbidden(
        "spec.persistentVolumeReclaimPolicy",
        "may not be 'recycle' for a hostPath mount of '/'",
      ),
    ),
  ];
}

function validateAttributesClass({ volumeAttributesClassName: name, csi }: Spec): readonly Cause[] {
  if (name === undefined) return [];
  return [
    ...when(name === "", cause.required("spec.volumeAttributesClassName", "an empty string is disallowed")),
    ...checkedIfSaid(dnsSubdomain, name, "spec.volumeAttributesClassName"),
    ...when(
      csi === undefined,
      cause.required("spec.csi", "has to be specified when using volumeAttributesClassName"),
    ),
  ];
}

/** What a volume is made of stays; which claim has it, and what becomes of it, may change. */
export function validatePersistentVolumeUpdate(
  { spec: next }: PersistentVolume,
  { spec: previous }: PersistentVolume,
): readonly Cause[] {
  const isSameSource = isDeepStrictEqual(sourceOf(next, previous), sourceOf(previous, previous));
  const affinity = "field is immutable, except for updating from beta label to GA";
  return [
    ...when(
      !isSameSource,
      cause.forbidden(
        "spec.persistentvolumesource",
        "spec.persistentvolumesource is immutable after creation",
      ),
    ),
    ...validateImmutable(next.volumeMode, previous.volumeMode, "volumeMode"),
    ...when(
      previous.nodeAffinity !== undefined && !isDeepStrictEqual(next.nodeAffinity, previous.nodeAffinity),
      cause.invalid("nodeAffinity", next.nodeAffinity, affinity),
    ),
    ...when(
      previous.volumeAttributesClassName !== undefined && next.volumeAttributesClassName === undefined,
      cause.forbidden("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden"),
    ),
  ];
}

/** The source of a volume. A secret for growing it may be named later. */
function sourceOf(spec: PersistentVolumeSpec, previous: PersistentVolumeSpec): object {
  const sources = Object.fromEntries(
    persistentVolumeSources.flatMap(({ name }) => {
      const source = (spec as Source)[name];
      return isThere(source) ? [[name, source]] : [];
    }),
  );
  const { csi } = spec;
  if (csi === undefined || previous.csi?.controllerExpandSecretRef !== undefined) return sources;
  return { ...sources, csi: without(csi, "controllerExpandSecretRef") };
}
