/** Kinds of v1, the core group, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { bindingKind } from "./binding/kind.ts";
import { componentStatusKind } from "./componentstatus/kind.ts";
import { configMapKind } from "./configmap/kind.ts";
import { endpointsKind } from "./endpoints/kind.ts";
import { eventKind } from "./event/kind.ts";
import { limitRangeKind } from "./limitrange/kind.ts";
import { namespaceKind } from "./namespace/kind.ts";
import { nodeKind } from "./node/kind.ts";
import { persistentVolumeClaimKind } from "./persistentvolumeclaim/kind.ts";
import { persistentVolumeKind } from "./persistentvolume/kind.ts";
import { podKind } from "./pod/kind.ts";
import { podTemplateKind } from "./podtemplate/kind.ts";
import { replicationControllerKind } from "./replicationcontroller/kind.ts";
import { resourceQuotaKind } from "./resourcequota/kind.ts";
import { secretKind } from "./secret/kind.ts";
import { serviceAccountKind } from "./serviceaccount/kind.ts";
import { serviceKind } from "./service/kind.ts";

export const coreKinds: readonly Kind[] = [
  bindingKind,
  componentStatusKind,
  configMapKind,
  endpointsKind,
  eventKind,
  limitRangeKind,
  namespaceKind,
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  podKind,
  podTemplateKind,
  replicationControllerKind,
  resourceQuotaKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
];

export {
  bindingKind,
  componentStatusKind,
  configMapKind,
  endpointsKind,
  eventKind,
  limitRangeKind,
  namespaceKind,
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  podKind,
  podTemplateKind,
  replicationControllerKind,
  resourceQuotaKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
};
