/** Kinds of apps, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { deploymentKind } from "./deployment/kind.ts";
import { replicaSetKind } from "./replicaset/kind.ts";

export const appsKinds: readonly Kind[] = [deploymentKind, replicaSetKind];

export { deploymentKind, replicaSetKind };
