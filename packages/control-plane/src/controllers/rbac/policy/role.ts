/** One role of the default policy, and who has it. */
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { PolicyRule, Subject } from "@kubus/shared/api/rbac.ts";

export interface DefaultRole {
  readonly name: string;
  /** A Role and a RoleBinding of that namespace instead of those of the cluster. */
  readonly namespace?: string;
  readonly rules?: readonly PolicyRule[];
  /** The rules are gathered from the ClusterRoles that these select. */
  readonly gathers?: readonly LabelSelector[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Absent: nobody has it unless somebody binds it. Empty: there is a binding, of nobody. */
  readonly subjects?: readonly Subject[];
}
