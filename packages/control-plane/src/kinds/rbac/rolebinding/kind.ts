/** RoleBinding: who has a role in one namespace. */
import type { RoleBinding } from "@kubus/shared/api/rbac.ts";
import { defineKind } from "../../define-kind.ts";
import { bindingColumns } from "../columns.ts";
import { pathSegmentName, rbacGroup } from "../names.ts";
import { setBindingDefaults, validateBinding, validateBindingUpdate } from "../validate-binding.ts";

export const roleBindingKind = defineKind<RoleBinding>({
  group: rbacGroup,
  version: "v1",
  kind: "RoleBinding",
  plural: "rolebindings",
  scope: "Namespaced",
  owner: "nobody: it has no status",
  nameRule: pathSegmentName,
  columns: bindingColumns,
  setDefaults: setBindingDefaults,
  validate: validateBinding({ isNamespaced: true }),
  validateUpdate: validateBindingUpdate,
});
