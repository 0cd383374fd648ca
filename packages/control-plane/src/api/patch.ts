/** PATCH in its three dialects, by content type. Pure: gives the object as the client wants it, unchecked. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { Kind } from "../kinds/kind.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch, isObject } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

export const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
] as const;

export type PatchType = (typeof patchTypes)[number];

export interface Patching {
  readonly type: PatchType;
  readonly patch: unknown;
  readonly previous: KubeObject;
}

/** Rejects with `badRequest` when it is no patch of its type, with `invalid` when it cannot be applied. */
export function applyPatch(
  { schema, types }: Pick<Kind, "schema" | "types">,
  { type, patch, previous }: Patching,
): unknown {
  if (type === "application/json-patch+json") return applyJsonPatch(previous, patch);
  if (!isObject(patch)) throw new Refusal("badRequest", "the patch must be a JSON object");
  return type === "application/merge-patch+json"
    ? applyMergePatch(previous, patch)
    : applyStrategicMergePatch(previous, patch, schema, types);
}
