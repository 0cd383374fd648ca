/** Which objects of a collection a call means, by the selectors in its query. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Call } from "./call.ts";
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from "./selectors.ts";

export interface Selection {
  readonly matches: (object: KubeObject) => boolean;
}

/** Refuses with 400 what cannot be read. */
export function selectionOf({ kind, name, request: { query } }: Call): Selection {
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(kind, query.get("fieldSelector") ?? "");
  if (labels.length === 0 && fields.length === 0 && name === undefined) return { matches: () => true };
  return {
    matches: (object) =>
      (name === undefined || object.metadata.name === name) &&
      matchesFields(kind, fields, object) &&
      matchesLabels(labels, object.metadata.labels),
  };
}
