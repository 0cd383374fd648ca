/** What RoleBinding and ClusterRoleBinding are completed with, and held against. Pure. */
import type { RoleBinding, RoleRef, Subject } from "@kubus/shared/api/rbac.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain } from "../../api/names.ts";
import { isSame } from "../../api/same.ts";
import { cause } from "../causes.ts";
import type { Received } from "../received.ts";
import { pathSegmentName, rbacGroup } from "./names.ts";

/** The kind of row, where the two differ. */
interface Binding {
  readonly isNamespaced: boolean;
}

export function setBindingDefaults(binding: RoleBinding): RoleBinding {
  const { roleRef = {}, subjects } = binding as Received<RoleBinding>;
  const complete = {
    ...binding,
    roleRef: { ...roleRef, apiGroup: roleRef.apiGroup || rbacGroup },
    ...(subjects === undefined ? {} : { subjects: subjects.map(setSubjectDefaults) }),
  };
  return complete as RoleBinding;
}

const setSubjectDefaults = (subject: Received<Subject>): Received<Subject> =>
  !subject.apiGroup && (subject.kind === "User" || subject.kind === "Group")
    ? { ...subject, apiGroup: rbacGroup }
    : subject;

export const validateBinding =
  ({ isNamespaced }: Binding) =>
  (binding: RoleBinding): readonly Cause[] => {
    const { roleRef = {}, subjects = [] } = binding as Received<RoleBinding>;
    const kinds = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
    return [
      ...validateRoleRef(roleRef, kinds),
      ...subjects.flatMap((subject, i) => validateSubject(subject, isNamespaced, `subjects[${i}]`)),
    ];
  };

export const validateBindingUpdate = (next: RoleBinding, previous: RoleBinding): readonly Cause[] =>
  isSame(next.roleRef, previous.roleRef)
    ? []
    : [cause.invalid("roleRef", next.roleRef, "cannot change roleRef")];

function validateRoleRef(roleRef: Received<RoleRef>, kinds: readonly string[]): readonly Cause[] {
  const { apiGroup = "", kind = "", name = "" } = roleRef;
  return [
    ...(apiGroup === rbacGroup ? [] : [cause.notSupported("roleRef.apiGroup", apiGroup, [rbacGroup])]),
    ...(kinds.includes(kind) ? [] : [cause.notSupported("roleRef.kind", kind, kinds)]),
    ...(name === "" ? [cause.required("roleRef.name")] : named(pathSegmentName(name), "roleRef.name", name)),
  ];
}

const named = (wrong: string | undefined, field: string, name: string): readonly Cause[] =>
  wrong === undefined ? [] : [cause.invalid(field, name, wrong)];

function validateSubject(subject: Received<Subject>, isNamespaced: boolean, field: string): readonly Cause[] {
  const { kind = "", name = "", namespace = "", apiGroup = "" } = subject;
  const missing = name === "" ? [cause.required(`${field}.name`)] : [];
  if (kind === "ServiceAccount")
    return [
      ...missing,
      ...(name === "" ? [] : named(dnsSubdomain(name), `${field}.name`, name)),
      ...(apiGroup === "" ? [] : [cause.notSupported(`${field}.apiGroup`, apiGroup, [""])]),
      ...(!isNamespaced && namespace === "" ? [cause.required(`${field}.namespace`)] : []),
    ];
  if (kind === "User" || kind === "Group")
    return [
      ...missing,
      ...(apiGroup === rbacGroup ? [] : [cause.notSupported(`${field}.apiGroup`, apiGroup, [rbacGroup])]),
    ];
  return [...missing, cause.notSupported(`${field}.kind`, kind, ["ServiceAccount", "User", "Group"])];
}
