/** Kinds of v1, the core group, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { configMapKind } from "./configmap/kind.ts";
import { eventKind } from "./event/kind.ts";
import { namespaceKind } from "./namespace/kind.ts";
import { nodeKind } from "./node/kind.ts";
import { podKind } from "./pod/kind.ts";
import { replicationControllerKind } from "./replicationcontroller/kind.ts";
import { secretKind } from "./secret/kind.ts";
import { serviceAccountKind } from "./serviceaccount/kind.ts";
import { serviceKind } from "./service/kind.ts";

export const coreKinds: readonly Kind[] = [
  configMapKind,
  eventKind,
  namespaceKind,
  nodeKind,
  podKind,
  replicationControllerKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
];

export {
  configMapKind,
  eventKind,
  namespaceKind,
  nodeKind,
  podKind,
  replicationControllerKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
};
