/** The rules of where a container finds volumes: as files, or as devices (core validation). Pure. */
import type { Container } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { each, validateInside, validateRequired, when } from "../../rules.ts";
import { isThere } from "../volumes/one-source.ts";
import type { VolumeMount } from "./parts.ts";
import type { SoundVolumes } from "./validate-volume.ts";

type Device = NonNullable<Received<Container>["volumeDevices"]>[number];

const propagations = ["Bidirectional", "HostToContainer", "None"];
const readOnlyWords = ["Disabled", "Enabled", "IfPossible"];

export function validateMounts(
  container: Received<Container>,
  field: string,
  volumes: SoundVolumes,
): readonly Cause[] {
  const list = `${field}.volumeMounts`;
  const mounts = mountsOf(container);
  const devices = container.volumeDevices ?? [];
  return each(mounts, list, (mount, at, index) => {
    const { name = "", mountPath = "" } = mount;
    const isTaken = mounts.slice(0, index).some((other) => (other.mountPath ?? "") === mountPath);
    return [
      ...validateRequired(name, `${at}.name`),
      ...when(!volumes.has(name), cause.notFound(`${at}.name`, name)),
      ...validateRequired(mountPath, `${at}.mountPath`),
      ...when(isTaken, cause.invalid(`${at}.mountPath`, mountPath, "must be unique")),
      ...when(
        devices.some((device) => device.name === name),
        cause.invalid(`${at}.name`, name, "must not already exist in volumeDevices"),
      ),
      ...when(
        devices.some((device) => device.devicePath === mountPath),
        cause.invalid(`${at}.mountPath`, mountPath, "must not already exist as a path in volumeDevices"),
      ),
      ...validateSubPaths(mount, at, { list, isImage: isThere(volumes.get(name)?.["image"]) }),
      ...validatePropagation(mount, container, `${list}.mountPropagation`),
      ...validateReadOnly(mount, `${list}.recursiveReadOnly`),
    ];
  });
}

export const mountsOf = (container: Received<Container>): readonly VolumeMount[] =>
  (container.volumeMounts ?? []) as readonly VolumeMount[];

/** What is wrong with a path is said of the whole list, as Kubernetes does. */
function validateSubPaths(
  { subPath = "", subPathExpr = "" }: VolumeMount,
  at: string,
  { list, isImage }: { readonly list: string; readonly isImage: boolean },
): readonly Cause[] {
  const inImage = "not allowed in image volume sources";
  return [
    ...when(isImage && subPath !== "", cause.invalid(`${at}.subPath`, subPath, inImage)),
    ...when(isImage && subPathExpr !== "", cause.invalid(`${at}.subPathExpr`, subPathExpr, inImage)),
    ...validateInside(subPath, `${list}.subPath`),
    ...when(
      subPath !== "" && subPathExpr !== "",
      cause.invalid(`${at}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive"),
    ),
    ...validateInside(subPathExpr, `${list}.subPathExpr`),
  ];
}

function validatePropagation(
  { mountPropagation: propagation }: VolumeMount,
  { securityContext }: Received<Container>,
  field: string,
): readonly Cause[] {
  if (propagation === undefined) return [];
  return [
    ...when(!propagations.includes(propagation), cause.notSupported(field, propagation, propagations)),
    ...when(
      propagation === "Bidirectional" && securityContext?.privileged !== true,
      cause.forbidden(field, "Bidirectional mount propagation is available only to privileged containers"),
    ),
  ];
}

function validateReadOnly(mount: VolumeMount, field: string): readonly Cause[] {
  const { recursiveReadOnly: word, readOnly, mountPropagation } = mount;
  if (word === undefined || word === "Disabled") return [];
  if (!readOnlyWords.includes(word)) return [cause.notSupported(field, word, readOnlyWords)];
  return [
    ...when(readOnly !== true, cause.forbidden(field, "may only be specified when readOnly is true")),
    ...when(
      mountPropagation !== undefined && mountPropagation !== "None",
      cause.forbidden(field, "may only be specified when mountPropagation is None or not specified"),
    ),
  ];
}

export function validateDevices(
  container: Received<Container>,
  field: string,
  volumes: SoundVolumes,
): readonly Cause[] {
  const devices = container.volumeDevices ?? [];
  const mounts = mountsOf(container);
  return each(devices, `${field}.volumeDevices`, (device, at, index) => {
    const { name = "", devicePath = "" } = device;
    const earlier = devices.slice(0, index);
    return [
      ...validateDeviceName(device, `${at}.name`, { earlier, volumes }),
      ...validateDevicePath(device, `${at}.devicePath`, earlier),
      ...when(
        mounts.some((mount) => mount.name === name),
        cause.invalid(`${at}.name`, name, "must not already exist in volumeMounts"),
      ),
      ...when(
        mounts.some((mount) => mount.mountPath === devicePath),
        cause.invalid(`${at}.devicePath`, devicePath, "must not already exist as a path in volumeMounts"),
      ),
    ];
  });
}

function validateDeviceName(
  { name = "" }: Device,
  field: string,
  { earlier, volumes }: { readonly earlier: readonly Device[]; readonly volumes: SoundVolumes },
): readonly Cause[] {
  const volume = volumes.get(name);
  const isClaim = isThere(volume?.["persistentVolumeClaim"]) || isThere(volume?.["ephemeral"]);
  const onlyClaims = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
  return [
    ...validateRequired(name, field),
    ...when(
      name !== "" && earlier.some((other) => other.name === name),
      cause.invalid(field, name, "must be unique"),
    ),
    ...when(volume !== undefined && !isClaim, cause.invalid(field, name, onlyClaims)),
    ...when(volume === undefined, cause.notFound(field, name)),
  ];
}

function validateDevicePath(
  { devicePath = "" }: Device,
  field: string,
  earlier: readonly Device[],
): readonly Cause[] {
  return [
    ...validateRequired(devicePath, field),
    ...when(
      earlier.some((other) => (other.devicePath ?? "") === devicePath),
      cause.invalid(field, devicePath, "must be unique"),
    ),
    ...when(
      devicePath.split("/").includes(".."),
      cause.invalid(field, devicePath, "can not contain backsteps ('..')"),
    ),
  ];
}
