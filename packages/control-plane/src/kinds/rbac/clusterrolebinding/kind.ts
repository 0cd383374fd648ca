/** ClusterRoleBinding: who has a ClusterRole everywhere. */
import type { RoleBinding } from "@kubus/shared/api/rbac.ts";
import { defineKind } from "../../define-kind.ts";
import { bindingColumns } from "../columns.ts";
import { pathSegmentName, rbacGroup } from "../names.ts";
import { setBindingDefaults, validateBinding, validateBindingUpdate } from "../validate-binding.ts";

export const clusterRoleBindingKind = defineKind<RoleBinding>({
  group: rbacGroup,
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  scope: "Cluster",
  owner: "nobody: it has no status",
  nameRule: pathSegmentName,
  columns: bindingColumns,
  setDefaults: setBindingDefaults,
  validate: validateBinding({ isNamespaced: false }),
  validateUpdate: validateBindingUpdate,
});
