/** VolumeAttachment: a volume that shall be brought to a board. */
import type { VolumeAttachment, VolumeError } from "@kubus/shared/api/storage.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { checked, validateImmutable, validateRequired, when } from "../../rules.ts";
import { bytesIn, lengthOf, validateDriverName } from "../provisioning.ts";
import { validateInlineVolume } from "./validate-inline.ts";

const metadataBytesMax = 256 * 1024;
const messageBytesMax = 1024;

export const volumeAttachmentKind = defineKind<VolumeAttachment>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttachment",
  plural: "volumeattachments",
  owner: "the driver that attaches",
  scope: "Cluster",
  subresources: ["status"],
  columns: [
    nameColumn,
    { name: "Attacher", type: "string", of: ({ spec }) => spec.attacher },
    { name: "PV", type: "string", of: ({ spec }) => spec.source.persistentVolumeName ?? "" },
    { name: "Node", type: "string", of: ({ spec }) => spec.nodeName },
    { name: "Attached", type: "boolean", of: ({ status }) => status?.attached ?? false },
    ageColumn,
  ],
  setDefaults: (attachment: Received<VolumeAttachment>) =>
    ({
      ...attachment,
      spec: { attacher: "", nodeName: "", source: {}, ...attachment.spec },
    }) as VolumeAttachment,
  prepareForCreate: (attachment) => ({ ...attachment, status: { attached: false } }),
  validate: validateVolumeAttachment,
  validateCreate: validateNames,
  validateUpdate: (next, previous) => validateImmutable(next.spec, previous.spec, "spec"),
});

function validateVolumeAttachment(attachment: Received<VolumeAttachment>): readonly Cause[] {
  const { spec = {}, status = {} } = attachment;
  return [
    ...validateRequired(spec.attacher, "spec.attacher"),
    ...validateSource(spec.source ?? {}, "spec.source"),
    ...checked(dnsSubdomain, spec.nodeName ?? "", "spec.nodeName"),
    ...when(
      bytesIn(status.attachmentMetadata) > metadataBytesMax,
      cause.tooLong("status.attachmentMetadata", metadataBytesMax),
    ),
    ...validateError(status.attachError, "status.attachError"),
    ...validateError(status.detachError, "status.detachError"),
  ];
}

function validateSource(
  { persistentVolumeName, inlineVolumeSpec }: Received<VolumeAttachment["spec"]["source"]>,
  field: string,
): readonly Cause[] {
  const one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  if (persistentVolumeName === undefined)
    return inlineVolumeSpec === undefined
      ? [cause.required(field, one)]
      : validateInlineVolume(inlineVolumeSpec, `${field}.inlineVolumeSpec`);
  if (inlineVolumeSpec !== undefined) return [cause.forbidden(field, one)];
  return when(
    persistentVolumeName === "",
    cause.required(`${field}.persistentVolumeName`, "must specify non empty persistentVolumeName"),
  );
}

/** What only a creation is held to: older attachments may have other names. */
function validateNames({ spec = {} }: Received<VolumeAttachment>): readonly Cause[] {
  const { persistentVolumeName } = spec.source ?? {};
  return [
    ...validateDriverName(spec.attacher ?? "", "spec.attacher"),
    ...(persistentVolumeName === undefined
      ? []
      : checked(dnsSubdomain, persistentVolumeName, "spec.source.persistentVolumeName")),
  ];
}

function validateError(error: Received<VolumeError> | undefined, field: string): readonly Cause[] {
  const { message = "", errorCode = 0 } = error ?? {};
  return [
    ...when(lengthOf(message) > messageBytesMax, cause.tooLong(`${field}.message`, messageBytesMax)),
    ...when(
      errorCode < 0,
      cause.invalid(`${field}.errorCode`, errorCode, "must be between 0 and 2147483647, inclusive"),
    ),
  ];
}
