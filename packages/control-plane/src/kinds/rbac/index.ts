/** Kinds of rbac.authorization.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";

export const rbacKinds: readonly Kind[] = [];
