/** What a way of writing cannot change, as a set of fields: an apply does not own it. Pure. */
import { leaf, type FieldSet } from "./field-set.ts";
import type { Shape } from "./shape.ts";

export const statusOnly: FieldSet = { "f:status": leaf };

/** Every member that objects of a kind may have, but one. */
export function everythingBut(member: string, shape: Shape): FieldSet {
  const names = shape.type === "struct" ? shape.names : ["metadata", "spec"];
  return Object.fromEntries(names.filter((name) => name !== member).map((name) => [`f:${name}`, leaf]));
}
