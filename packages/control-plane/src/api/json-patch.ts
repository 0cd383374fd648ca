/** JSON patch (RFC 6902). A `test` that fails, or a path that is not there, is refused with 422. Pure. */
import jsonPatch from "fast-json-patch";
import { Refusal } from "@kubus/shared/errors/codes.ts";

/** Kubernetes' own limit: more operations in one patch are an attack, not a change. */
const operationsMax = 10_000;

export function applyJsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch) || !patch.every(isOperation)) {
    throw new Refusal("badRequest", "a JSON patch must be a list of operations with op and path");
  }
  if (patch.length > operationsMax) {
    throw new Refusal(
      "tooLarge",
      `The allowed maximum operations in a JSON patch is ${operationsMax}, got ${patch.length}`,
    );
  }
  try {
    // It works on a copy of its own, and refuses to touch prototypes.
    return jsonPatch.applyPatch(structuredClone(target), patch, true, true, true).newDocument;
  } catch (error) {
    const reason = error instanceof jsonPatch.JsonPatchError ? error.name : "";
    const text = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new Refusal(
      "invalid",
      `the server rejected our request due to an error in our request: ${reason}: ${text}`,
      {},
    );
  }
}

const isOperation = (value: unknown): value is jsonPatch.Operation => {
  const { op, path } = (value ?? {}) as { readonly op?: unknown; readonly path?: unknown };
  return typeof op === "string" && typeof path === "string";
};
