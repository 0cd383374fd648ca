/** DELETE of one object, and of all that match. */
import { deleteOptionsIn, isDryRunDeletion } from "../delete-options.ts";
import { targetOf, type Act } from "../call.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { answer } from "../render.ts";
import { json, success } from "../respond.ts";
import { selectionOf } from "../selection.ts";
import { deleteObject } from "../write.ts";

export const remove: Act = async (state, call) => {
  const target = { ...targetOf(call), dryRun: isDryRunDeletion(call) };
  const { object, isGone } = await deleteObject(state, target, deleteOptionsIn(call));
  // Pods are always shown, as they were last: that is what kubectl and the controllers of others know.
  const isShown = !isGone || isPod(call.kind);
  return isShown ? answer(state, call, object) : json(200, success(call.kind, object.metadata));
};

const isPod = ({ group, kind }: { readonly group: string; readonly kind: string }) =>
  group === "" && kind === "Pod";

export const removeCollection: Act = async (state, call) => {
  const { kind, namespace } = call;
  const { matches } = selectionOf(call);
  const options = deleteOptionsIn(call);
  const dryRun = isDryRunDeletion(call);
  for (const { metadata } of state.cache.list(kind, namespace).filter(matches)) {
    const target = { ...targetOf(call), dryRun, namespace: metadata.namespace, name: metadata.name };
    await deleteObject(state, target, options).catch((error: unknown) => {
      if (!isRefusal(error, "notFound")) throw error; // Somebody else deleted it meanwhile: that is what was asked.
    });
  }
  return json(200, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { kind: kind.plural },
  });
};
