/** ClusterRole: what may be done everywhere, or wherever a binding says; may gather the rules of others. */
import type { ClusterRole } from "@kubus/shared/api/rbac.ts";
import { defineKind } from "../../define-kind.ts";
import { roleColumns } from "../columns.ts";
import { pathSegmentName, rbacGroup } from "../names.ts";
import { validateClusterRole } from "../validate-rules.ts";

export const clusterRoleKind = defineKind<ClusterRole>({
  group: rbacGroup,
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  scope: "Cluster",
  owner: "nobody: it has no status",
  nameRule: pathSegmentName,
  columns: roleColumns,
  validate: validateClusterRole,
});
