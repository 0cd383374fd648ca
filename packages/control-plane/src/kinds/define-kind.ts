/**
 * Makes a row of the table of kinds: what a kind does not say itself is as it is for most kinds.
 *
 * Every kind's validation begins with the rules of metadata, so no row can forget them.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { without } from "../api/defaults.ts";
import { dnsSubdomain } from "../api/names.ts";
import { ageColumn, nameColumn } from "./columns.ts";
import type { Kind } from "./kind.ts";
import type { Received } from "./received.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata/validate.ts";

export type KindRow<T extends KubeObject> = Partial<Kind<T>> &
  Pick<Kind<T>, "kind" | "version" | "plural" | "owner">;

export function defineKind<T extends KubeObject>(row: KindRow<T>): Kind<T> {
  const { group = "", version, kind, subresources = [], validateStatusUpdate } = row;
  const hasStatus = subresources.includes("status");
  const complete: Kind<T> = {
    group,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    scope: "Namespaced",
    storage: "durable",
    subresources,
    schema: `io.k8s.api.${group.split(".")[0] || "core"}.${version}.${kind}`,
    columns: [nameColumn, ageColumn],
    selectableFields: {},
    hasGeneration: false,
    nameRule: dnsSubdomain,
    setDefaults: (object) => object,
    prepareForCreate: (object) => (hasStatus ? withStatus(object, undefined) : object),
    prepareForUpdate: (next, previous) => (hasStatus ? withStatus(next, previous) : next),
    prepareForStatusUpdate: (next, previous) => ({
      ...withStatus(previous, next),
      // The revision that the client read: the write is checked against it.
      metadata: { ...previous.metadata, resourceVersion: next.metadata.resourceVersion },
    }),
    validate: () => [],
    validateUpdate: () => [],
    ...row,
  };
  return {
    ...complete,
    // A client may leave out metadata altogether; the rows need not think of it.
    setDefaults: (object) => complete.setDefaults(withMetadata(object)),
    validate: (object) => [...validateMetadata(object.metadata, complete), ...complete.validate(object)],
    validateUpdate: (next, previous) => [
      ...validateMetadataUpdate(next.metadata, previous.metadata),
      ...complete.validateUpdate(next, previous),
    ],
    ...(validateStatusUpdate === undefined
      ? {}
      : {
          validateStatusUpdate: (next: T, previous: T) => [
            ...validateMetadata(next.metadata, complete),
            ...validateMetadataUpdate(next.metadata, previous.metadata),
            ...validateStatusUpdate(next, previous),
          ],
        }),
  };
}

function withMetadata<T extends KubeObject>(object: T): T {
  const { metadata } = object as Received<KubeObject>;
  return metadata === undefined ? { ...object, metadata: {} } : object;
}

/** `object` with the status of `from`, or without one. */
export function withStatus<T extends KubeObject>(object: T, from: T | undefined): T {
  const rest = without(object as T & { readonly status?: unknown }, "status");
  const status = (from as { readonly status?: unknown } | undefined)?.status;
  return (status === undefined ? rest : { ...rest, status }) as unknown as T;
}
