/** Kinds of storage.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { csiDriverKind } from "./csidriver/kind.ts";
import { csiNodeKind } from "./csinode/kind.ts";
import { csiStorageCapacityKind } from "./csistoragecapacity/kind.ts";
import { storageClassKind } from "./storageclass/kind.ts";
import { volumeAttachmentKind } from "./volumeattachment/kind.ts";
import { volumeAttributesClassKind } from "./volumeattributesclass/kind.ts";

export const storageKinds: readonly Kind[] = [
  csiDriverKind,
  csiNodeKind,
  csiStorageCapacityKind,
  storageClassKind,
  volumeAttachmentKind,
  volumeAttributesClassKind,
];

export {
  csiDriverKind,
  csiNodeKind,
  csiStorageCapacityKind,
  storageClassKind,
  volumeAttachmentKind,
  volumeAttributesClassKind,
};
