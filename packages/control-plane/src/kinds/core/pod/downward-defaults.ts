/** What the API server fills in where a pod refers to its own fields or resources. Pure. */
import { withChanged, withDefaults } from "../../../api/defaults.ts";

interface Reference {
  readonly fieldRef?: { readonly fieldPath?: string | undefined } | undefined;
  readonly resourceFieldRef?: { readonly resource?: string | undefined } | undefined;
}

export function setDownwardFileDefaults<T extends Reference>(reference: T): T {
  const filled = withChanged(reference, "fieldRef", (ref) => withDefaults(ref, { apiVersion: "v1" }));
  return withChanged(filled, "resourceFieldRef", (ref) => withDefaults(ref, { divisor: "0" }));
}
