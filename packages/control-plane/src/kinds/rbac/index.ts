/** Kinds of rbac.authorization.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { clusterRoleKind } from "./clusterrole/kind.ts";
import { clusterRoleBindingKind } from "./clusterrolebinding/kind.ts";
import { roleKind } from "./role/kind.ts";
import { roleBindingKind } from "./rolebinding/kind.ts";

export const rbacKinds: readonly Kind[] = [
  clusterRoleKind,
  clusterRoleBindingKind,
  roleKind,
  roleBindingKind,
];

export { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind };
