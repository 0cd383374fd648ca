/** THE table of default roles and bindings, as objects. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { ClusterRole, RoleBinding } from "@kubus/shared/api/rbac.ts";
import type { Draft } from "../../../api/objects.ts";
import {
  clusterRoleBindingKind,
  clusterRoleKind,
  roleBindingKind,
  roleKind,
} from "../../../kinds/rbac/index.ts";
import type { AnyKind } from "../../engine/plan.ts";
import { rolesOfControllers } from "./controllers.ts";
import { rolesOfMachines } from "./machines.ts";
import { rolesOfPeople } from "./people.ts";
import type { DefaultRole } from "./role.ts";

export interface PolicyObject<T extends KubeObject = ClusterRole & RoleBinding> {
  readonly kind: AnyKind;
  readonly object: Draft<T>;
}

export const autoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

const marks = { "kubernetes.io/bootstrapping": "rbac-defaults" };

function objectsOf(role: DefaultRole): readonly PolicyObject[] {
  const { name, namespace, subjects, labels, gathers, rules = [] } = role;
  const isLocal = namespace !== undefined;
  const place = isLocal ? { namespace } : {};
  const metadata = { name, ...place, labels: { ...marks, ...labels }, annotations: { [autoUpdate]: "true" } };
  const kind = isLocal ? roleKind : clusterRoleKind;
  const aggregation =
    gathers === undefined ? { rules } : { aggregationRule: { clusterRoleSelectors: gathers } };
  const roleRef = { apiGroup: kind.group, kind: kind.kind, name };
  const bound =
    subjects === undefined
      ? []
      : [
          {
            kind: isLocal ? roleBindingKind : clusterRoleBindingKind,
            object: { metadata: { ...metadata, labels: marks }, roleRef, subjects },
          },
        ];
  return [{ kind, object: { metadata, ...aggregation } }, ...bound] as unknown as readonly PolicyObject[];
}

export const defaultPolicy: readonly PolicyObject[] = [
  ...rolesOfPeople,
  ...rolesOfMachines,
  ...rolesOfControllers,
].flatMap(objectsOf);
