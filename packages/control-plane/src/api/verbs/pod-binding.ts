/** POST pods/binding: a scheduler puts a pod on a node. */
import { bindPod } from "../bind.ts";
import { valueIn } from "../body.ts";
import { targetOf, type Act } from "../call.ts";
import { invalid } from "../refusals.ts";
import { json } from "../respond.ts";

interface Binding {
  readonly metadata?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly target?: { readonly kind?: string; readonly name?: string };
}

export const createBinding: Act = async (state, call) => {
  const { metadata = {}, target } = (valueIn(call.request) ?? {}) as Binding;
  const nodeName = target?.name ?? "";
  if (nodeName === "" || (target?.kind ?? "Node") !== "Node") {
    const field = nodeName === "" ? "target.name" : "target.kind";
    const cause = { reason: "FieldValueRequired", field, message: "Required value: a Node must be named" };
    throw invalid({ group: "", kind: "Binding" }, call.name ?? "", [cause]);
  }
  const { uid, resourceVersion } = metadata;
  await bindPod(state, targetOf(call), {
    nodeName,
    ...(uid === undefined || uid === "" ? {} : { uid }),
    ...(resourceVersion === undefined || resourceVersion === "" ? {} : { resourceVersion }),
  });
  return json(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
};
