/** PUT: the object as it shall be. Without a resourceVersion it replaces whatever is there. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { objectIn } from "../body.ts";
import { targetOf, type Act } from "../call.ts";
import { answer } from "../render.ts";
import { changeObject, finalizeStrategy, mainStrategy, statusStrategy, type Strategy } from "../write.ts";

/** A replacement through one door. */
export const updateBy =
  (strategy: Strategy): Act =>
  async (state, call) => {
    const { object, warnings } = objectIn(call);
    const step = (): KubeObject => object;
    const changed = await changeObject(state, targetOf(call), { step, strategy });
    return answer(state, call, changed, { warnings });
  };

export const update = updateBy(mainStrategy);
export const updateStatus = updateBy(statusStrategy);

export const finalize = updateBy(finalizeStrategy);
