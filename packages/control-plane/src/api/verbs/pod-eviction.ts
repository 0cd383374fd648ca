/** POST pods/eviction: a deletion that asks politely. No disruption budgets exist yet, so every one is granted. */
import { valueIn } from "../body.ts";
import { targetOf, type Act } from "../call.ts";
import { deleteOptionsOf } from "../delete-options.ts";
import { badRequest } from "../refusals.ts";
import { json } from "../respond.ts";
import { deleteObject } from "../write.ts";

interface Eviction {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: { readonly name?: string };
  readonly deleteOptions?: object;
}

export const createEviction: Act = async (state, call) => {
  const { kind, apiVersion, metadata, deleteOptions = {} } = (valueIn(call.request) ?? {}) as Eviction;
  if (kind !== "Eviction" || !["policy/v1", "policy/v1beta1"].includes(apiVersion ?? ""))
    throw badRequest("the body must be an Eviction of policy/v1");
  if ((metadata?.name ?? call.name) !== call.name)
    throw badRequest(
      `name in URL does not match name in Eviction object: ${String(metadata?.name)}, ${call.name ?? ""}`,
    );
  await deleteObject(state, targetOf(call), deleteOptionsOf(deleteOptions));
  return json(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
};
