/** What a CustomResourceDefinition carries that its author does not write. Pure. */
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";

/** Holds a definition until all objects of its kind are gone. */
export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

/** From the first moment: there is no moment at which a definition could go and leave its objects behind. */
export function withCleanup(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { metadata } = definition;
  const { finalizers = [], deletionTimestamp } = metadata;
  if (deletionTimestamp !== undefined || finalizers.includes(cleanupFinalizer)) return definition;
  return { ...definition, metadata: { ...metadata, finalizers: [...finalizers, cleanupFinalizer] } };
}

/** Versions that objects have been stored as; they stay until somebody has stored all of them anew. */
export function withStorageNoted(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { spec, status } = definition;
  const { storedVersions = [] } = status ?? {};
  const versions = (spec as Partial<typeof spec> | undefined)?.versions ?? [];
  const storage = versions.filter(({ storage: isStorage }) => isStorage).map(({ name }) => name);
  const added = storage.filter((name) => !storedVersions.includes(name));
  if (added.length === 0) return definition;
  return { ...definition, status: { ...status, storedVersions: [...storedVersions, ...added] } };
}
