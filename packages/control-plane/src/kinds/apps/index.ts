/** Kinds of apps, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { controllerRevisionKind } from "./controllerrevision/kind.ts";
import { daemonSetKind } from "./daemonset/kind.ts";
import { deploymentKind } from "./deployment/kind.ts";
import { replicaSetKind } from "./replicaset/kind.ts";
import { statefulSetKind } from "./statefulset/kind.ts";

export const appsKinds: readonly Kind[] = [
  controllerRevisionKind,
  daemonSetKind,
  deploymentKind,
  replicaSetKind,
  statefulSetKind,
];

export { controllerRevisionKind, daemonSetKind, deploymentKind, replicaSetKind, statefulSetKind };
