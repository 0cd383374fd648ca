/** The parts of metadata that belong to the server: what it drops, what it counts, what it checks. Pure. */
import type { KubeObject, ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Preconditions } from "./objects.ts";
import { badRequest, conflict, modifiedMeanwhile } from "./refusals.ts";
import { isSame } from "./same.ts";
import { without } from "./without.ts";

/** Fields that a client may send and that mean nothing: the server sets them itself, or does not keep them. */
const serverFields = [
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "managedFields",
  "selfLink",
] as const;

/** Metadata without what only the server says. */
export const ofServer = (metadata: ObjectMeta): ObjectMeta =>
  without(metadata as ServerMetadata, ...serverFields) as ObjectMeta;

type ServerMetadata = ObjectMeta & { readonly selfLink?: string };

/** Owners that are named twice are named once, and the writer is told. */
export function withUniqueOwners(
  metadata: ObjectMeta,
  warn: (warning: string) => void = () => undefined,
): ObjectMeta {
  const { ownerReferences = [] } = metadata;
  if (ownerReferences.length < 2) return metadata;
  const unique = ownerReferences.filter(
    (owner, i) => ownerReferences.findIndex((other) => isSame(owner, other)) === i,
  );
  if (unique.length === ownerReferences.length) return metadata;
  const twice = ownerReferences.filter((owner) => !unique.includes(owner)).map(({ uid }) => uid);
  warn(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...new Set(twice)].join(", ")}`,
  );
  return { ...metadata, ownerReferences: unique };
}

/** An object as the store holds it: its revision is the store's own. */
export function carried(object: KubeObject): KubeObject {
  return { ...object, metadata: without(object.metadata, "resourceVersion") as ObjectMeta };
}

/** Counts changes of everything but metadata, and but the status where that is written apart. */
export function nextGeneration(kind: Kind, next: KubeObject, previous: KubeObject): number | undefined {
  const { generation } = previous.metadata;
  if (!kind.hasGeneration) return generation;
  return isSame(intentOf(kind, next), intentOf(kind, previous)) ? (generation ?? 1) : (generation ?? 1) + 1;
}

const intentOf = ({ subresources }: Kind, object: KubeObject & { readonly status?: unknown }): object =>
  subresources.includes("status") ? without(object, "metadata", "status") : without(object, "metadata");

/** Throws 409 when `given` names another object or another revision of it, 400 when it names another name. */
export function checkPreconditions(
  kind: Kind,
  { metadata }: KubeObject,
  given: Preconditions & { readonly name?: string; readonly namespace?: string },
): void {
  const { name, uid, resourceVersion } = metadata;
  if (given.name !== undefined && given.name !== name)
    throw badRequest(`the name of the object (${given.name}) does not match the name on the URL (${name})`);
  if (given.namespace !== undefined && given.namespace !== metadata.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  if (isGiven(given.uid) && given.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${uid}`;
    throw conflict(kind, name, why);
  }
  if (isGiven(given.resourceVersion) && given.resourceVersion !== resourceVersion)
    throw conflict(kind, name, modifiedMeanwhile);
}

const isGiven = (value: string | undefined): value is string => value !== undefined && value !== "";
