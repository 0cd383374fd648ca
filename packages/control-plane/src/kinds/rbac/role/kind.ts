/** Role: what may be done in one namespace. */
import type { Role } from "@kubus/shared/api/rbac.ts";
import { defineKind } from "../../define-kind.ts";
import { roleColumns } from "../columns.ts";
import { pathSegmentName, rbacGroup } from "../names.ts";
import { validateRole } from "../validate-rules.ts";

export const roleKind = defineKind<Role>({
  group: rbacGroup,
  version: "v1",
  kind: "Role",
  plural: "roles",
  scope: "Namespaced",
  owner: "nobody: it has no status",
  nameRule: pathSegmentName,
  columns: roleColumns,
  validate: validateRole,
});
