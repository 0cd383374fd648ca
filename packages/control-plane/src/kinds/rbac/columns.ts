/** Cells that roles and bindings print alike. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { RoleBinding, Subject } from "@kubus/shared/api/rbac.ts";
import { ageColumn, nameColumn } from "../columns.ts";
import type { Column } from "../kind.ts";

export const roleColumns: readonly Column<KubeObject>[] = [
  nameColumn,
  { name: "Created At", type: "date", of: ({ metadata }) => metadata.creationTimestamp },
];

export const bindingColumns: readonly Column<RoleBinding>[] = [
  nameColumn,
  { name: "Role", type: "string", of: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  ageColumn,
  { name: "Users", type: "string", priority: 1, of: subjectsOf("User") },
  { name: "Groups", type: "string", priority: 1, of: subjectsOf("Group") },
  {
    name: "ServiceAccounts",
    type: "string",
    priority: 1,
    of: subjectsOf("ServiceAccount", ({ namespace = "", name }) => `${namespace}/${name}`),
  },
];

function subjectsOf(kind: string, print: (subject: Subject) => string = ({ name }) => name) {
  return ({ subjects = [] }: RoleBinding): string =>
    subjects
      .filter((subject) => subject.kind === kind)
      .map(print)
      .join(", ");
}
