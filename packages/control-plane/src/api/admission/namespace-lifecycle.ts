/** Nothing is created in a namespace that does not exist or is on its way out. */
import type { Admitter } from "../admission.ts";
import { forbidden, notFound } from "../refusals.ts";

export const namespaceLifecycle: Admitter = (
  { operation, kind, namespace, name },
  { cache, kinds },
): void => {
  if (operation !== "create" || namespace === undefined) return;
  const namespaceKind = kinds.byType("v1", "Namespace");
  // Namespaces that cannot be deleted always exist, also before anyone wrote them down.
  if (namespaceKind === undefined || (namespaceKind.undeletable ?? []).includes(namespace)) return;
  const room = cache.get(namespaceKind, undefined, namespace);
  if (room === undefined) throw notFound(namespaceKind, namespace);
  if (room.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  throw forbidden(kind, name, why, [cause]);
};
