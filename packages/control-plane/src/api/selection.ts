/** Which objects of a collection a call means, by the selectors in its query. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { fromStored } from "../kinds/versions.ts";
import type { Call } from "./call.ts";
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from "./selectors.ts";

export interface Selection {
  readonly matches: (object: KubeObject) => boolean;
}

/** Refuses with 400 what cannot be read. */
export function selectionOf({ served, name, request: { query } }: Call): Selection {
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(served, query.get("fieldSelector") ?? "");
  if (labels.length === 0 && fields.length === 0 && name === undefined) return { matches: () => true };
  return {
    matches: (object) =>
      (name === undefined || object.metadata.name === name) &&
      (fields.length === 0 || matchesFields(served, fields, fromStored(served, object))) &&
      matchesLabels(labels, object.metadata.labels),
  };
}
