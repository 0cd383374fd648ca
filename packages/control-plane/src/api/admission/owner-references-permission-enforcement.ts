/**
 * OwnerReferencesPermissionEnforcement: who makes an object go with another one must be allowed to delete it, and who
 * makes it hold up another one's deletion must be allowed to hold that one up.
 */
import type { OwnerReference } from "@kubus/shared/api/meta.ts";
import type { AdmissionWorld, Admitter, Attempt } from "../admission.ts";
import { isSame } from "../same.ts";
import { refused } from "./concerns.ts";

export const ownerReferencesPermissionEnforcement: Admitter = (attempt, world): void => {
  if (attempt.operation === "delete" || attempt.subresource !== undefined) return;
  const after = attempt.object.metadata.ownerReferences ?? [];
  const before = attempt.previous?.metadata.ownerReferences ?? [];
  if (isSame(after, before)) return;
  if (attempt.operation === "update") mustBeAbleToDelete(attempt, world);
  for (const owner of newlyBlocked(after, before)) mustBeAbleToHold(attempt, owner, world);
};

function mustBeAbleToDelete(attempt: Attempt, { authorizer }: AdmissionWorld): void {
  const { kind, namespace, name, user } = attempt;
  const { isAllowed, reason } = authorizer.decide(user, {
    verb: "delete",
    group: kind.group,
    resource: kind.plural,
    namespace,
    name,
  });
  if (!isAllowed)
    throw refused(attempt, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`);
}

function mustBeAbleToHold(
  attempt: Attempt,
  { apiVersion, kind, name }: OwnerReference,
  { authorizer, kinds }: AdmissionWorld,
): void {
  const row = kinds.byType(apiVersion, kind);
  if (row === undefined)
    throw refused(
      attempt,
      `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}: no matches for kind "${kind}" in version "${apiVersion}"`,
    );
  const { isAllowed, reason } = authorizer.decide(attempt.user, {
    verb: "update",
    group: row.group,
    resource: row.plural,
    subresource: "finalizers",
    namespace: row.scope === "Namespaced" ? attempt.namespace : undefined,
    name,
  });
  if (!isAllowed)
    throw refused(
      attempt,
      `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason}, <nil>`,
    );
}

/** Owners that are held up now and were not before. */
function newlyBlocked(
  after: readonly OwnerReference[],
  before: readonly OwnerReference[],
): readonly OwnerReference[] {
  const blocks = ({ blockOwnerDeletion }: OwnerReference) => blockOwnerDeletion === true;
  const known = new Set(before.filter(blocks).map(({ uid }) => uid));
  return after.filter((owner) => blocks(owner) && !known.has(owner.uid));
}
