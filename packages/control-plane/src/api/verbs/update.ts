/** PUT: the object as it shall be. Without a resourceVersion it replaces whatever is there. */
import type { KubeObject, ObjectMeta } from "@kubus/shared/api/meta.ts";
import { objectIn } from "../body.ts";
import { targetOf, type Act, type Call } from "../call.ts";
import { badRequest } from "../refusals.ts";
import { answer } from "../render.ts";
import { finalizeStrategy, mainStrategy, statusStrategy, type Strategy } from "../strategy.ts";
import { changeObject } from "../write.ts";

/** A replacement through one door. */
export const updateBy =
  (strategy: Strategy): Act =>
  async (state, call) => {
    const { object, warnings } = objectIn(call);
    checkNamed(call, object);
    const step = (): KubeObject => object;
    const changed = await changeObject(state, targetOf(call), { step, strategy });
    return answer(state, call, changed, { warnings });
  };

/** A replacement says itself what it replaces. That it is the object of the path is checked with the rest. */
function checkNamed({ name = "" }: Call, { metadata }: KubeObject): void {
  if (((metadata as Partial<ObjectMeta>).name ?? "") !== "") return;
  throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
}

export const update = updateBy(mainStrategy);
export const updateStatus = updateBy(statusStrategy);

export const finalize = updateBy(finalizeStrategy);
