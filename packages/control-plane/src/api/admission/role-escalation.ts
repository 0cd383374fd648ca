/**
 * Nobody grants what they do not hold: roles and bindings are refused that would give more than their writer has,
 * unless the writer may `escalate` the role, or `bind` it.
 */
import type { ClusterRole, PolicyRule, Role, RoleBinding } from "@kubus/shared/api/rbac.ts";
import type { Admitter, AdmissionWorld, Attempt } from "../admission.ts";
import { masters } from "../authorization/authorizer.ts";
import { compacted, describeRule, missingFrom, quoted } from "../authorization/cover.ts";
import { forbidden, notFound } from "../refusals.ts";
import { isSame } from "../same.ts";

export const roleEscalation: Admitter = (attempt, world): void => {
  const { kind, operation, user, subresource } = attempt;
  if (kind.group !== "rbac.authorization.k8s.io" || operation === "delete" || subresource !== undefined)
    return;
  if (user.groups.includes(masters) || isOnlyCollected(attempt)) return;
  if (kind.plural === "roles" || kind.plural === "clusterroles") checkRole(attempt, world);
  else checkBinding(attempt, world);
};

/** Finalizers and owners may always be changed: a collector must be able to let things go. */
function isOnlyCollected({ object, previous }: Attempt): boolean {
  if (previous === undefined) return false;
  const ofCollection = {
    finalizers: undefined,
    ownerReferences: undefined,
    managedFields: undefined,
    resourceVersion: undefined,
  };
  const stripped = (one: Attempt["object"]) => ({ ...one, metadata: { ...one.metadata, ...ofCollection } });
  return isSame(stripped(object), stripped(previous));
}

function checkRole(attempt: Attempt, world: AdmissionWorld): void {
  const { kind, namespace, name, user, object } = attempt;
  const question = { verb: "escalate", group: kind.group, resource: kind.plural, namespace, name };
  if (world.authorizer.decide(user, question).isAllowed) return;
  const { rules = [], aggregationRule } = object as ClusterRole;
  checkHeld(attempt, world, (object as Role).rules === undefined ? [] : rules);
  if (aggregationRule === undefined) return;
  // What it gathers may be anything.
  const held = world.authorizer.rulesFor(user, namespace).rules;
  if (missingFrom(held, everything).length > 0)
    throw forbidden(kind, name, "must have cluster-admin privileges to use the aggregationRule");
}

const everything: readonly PolicyRule[] = [
  { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
  { nonResourceURLs: ["*"], verbs: ["*"] },
];

function checkBinding(attempt: Attempt, world: AdmissionWorld): void {
  const { namespace, user, object } = attempt;
  const { roleRef } = object as RoleBinding;
  const roleKind = world.kinds.byType("rbac.authorization.k8s.io/v1", roleRef.kind);
  if (roleKind === undefined) return;
  const place = roleRef.kind === "Role" ? namespace : undefined;
  const question = {
    verb: "bind",
    group: roleKind.group,
    resource: roleKind.plural,
    namespace,
    name: roleRef.name,
  };
  if (world.authorizer.decide(user, question).isAllowed) return;
  const rules = world.authorizer.rulesOfRole(roleRef, place);
  if (rules === undefined) throw notFound(roleKind, roleRef.name);
  checkHeld(attempt, world, rules);
}

function checkHeld(
  { kind, namespace, name, user }: Attempt,
  { authorizer }: AdmissionWorld,
  rules: readonly PolicyRule[],
): void {
  const held = authorizer.rulesFor(user, namespace);
  const missing = missingFrom(held.rules, rules);
  if (missing.length === 0) return;
  const list = [...new Set(compacted(missing).map(describeRule))].sort().join("\n");
  const unresolved = held.errors.length === 0 ? "" : `; resolution errors: [${held.errors.join(", ")}]`;
  const who = `user ${JSON.stringify(user.name)} (groups=${quoted(user.groups)})`;
  throw forbidden(
    kind,
    name,
    `${who} is attempting to grant RBAC permissions not currently held:\n${list}${unresolved}`,
  );
}
