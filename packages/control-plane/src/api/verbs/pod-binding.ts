/** A scheduler puts a pod on a node: POST pods/binding, or, as of old, POST bindings. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../kinds/causes.ts";
import { bindPod } from "../bind.ts";
import { valueIn } from "../body.ts";
import { targetOf, type Act, type Call } from "../call.ts";
import type { ApiState } from "../ports.ts";
import { badRequest, invalid, noSuchMethod, noSuchPath } from "../refusals.ts";
import { json } from "../respond.ts";

interface Binding {
  readonly metadata?: { readonly name?: string; readonly uid?: string; readonly resourceVersion?: string };
  readonly target?: { readonly kind?: string; readonly name?: string };
}

export const createBinding: Act = async (state, call) => {
  const binding = bindingIn(call);
  const { name = "" } = binding.metadata ?? {};
  if (name !== "" && name !== call.name)
    throw badRequest("name in URL does not match name in Binding object");
  return bound(state, call, binding);
};

/** The pod is the one that the binding is named after. */
export const bindNamed: Act = async (state, call) => {
  const pods = state.kinds.byType("v1", "Pod");
  if (pods === undefined) throw noSuchPath();
  if (call.namespace === undefined) throw noSuchMethod();
  const binding = bindingIn(call);
  const { name = "" } = binding.metadata ?? {};
  if (name === "") throw badRequest("name is required");
  return bound(state, { ...call, kind: pods, served: pods, name }, binding);
};

const bindingIn = ({ request }: Call): Binding => valueIn(request) ?? {};

async function bound(state: ApiState, call: Call, { metadata = {}, target = {} }: Binding) {
  const causes = wrongWith(target);
  if (causes.length > 0) throw invalid({ group: "", kind: "Binding" }, call.name ?? "", causes);
  const { uid, resourceVersion } = metadata;
  await bindPod(state, targetOf(call), {
    nodeName: target.name ?? "",
    ...(uid === undefined || uid === "" ? {} : { uid }),
    ...(resourceVersion === undefined || resourceVersion === "" ? {} : { resourceVersion }),
  });
  return json(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
}

const wrongWith = ({ kind = "", name = "" }: NonNullable<Binding["target"]>): readonly Cause[] => [
  ...(kind === "" || kind === "Node" ? [] : [cause.notSupported("target.kind", kind, ["<empty>", "Node"])]),
  ...(name === "" ? [cause.required("target.name")] : []),
];
