/** Nothing is created in a namespace that does not exist or is on its way out. */
import type { Refusal } from "@kubus/shared/errors/codes.ts";
import type { Admitter } from "../admission.ts";
import { forbidden, notFound } from "../refusals.ts";

export const namespaceLifecycle: Admitter = (
  { operation, kind, namespace, name },
  { cache, kinds },
): Refusal | undefined => {
  if (operation !== "create" || namespace === undefined) return undefined;
  const namespaceKind = kinds.find((candidate) => candidate.kind === "Namespace" && candidate.group === "");
  // Namespaces that cannot be deleted always exist, also before anyone wrote them down.
  if (namespaceKind === undefined || (namespaceKind.undeletable ?? []).includes(namespace)) return undefined;
  const room = cache.get(namespaceKind, undefined, namespace);
  if (room === undefined) return notFound(namespaceKind, namespace);
  if (room.metadata.deletionTimestamp === undefined) return undefined;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  return forbidden(kind, name, why, [cause]);
};
