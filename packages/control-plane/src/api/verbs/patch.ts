/** PATCH: a change of whatever is there now, tried again when somebody else was faster. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { checkedFields, patchIn } from "../body.ts";
import { targetOf, type Act } from "../call.ts";
import { answer } from "../render.ts";
import { changeObject, mainStrategy, statusStrategy, type Strategy } from "../write.ts";

/** A patch through one door. */
export const patchBy =
  (strategy: Strategy): Act =>
  async (state, call) => {
    const apply = patchIn(call);
    let warnings: readonly string[] = [];
    const step = (previous: KubeObject): KubeObject => {
      const checked = checkedFields(call, apply(previous));
      warnings = checked.warnings;
      return checked.object;
    };
    const changed = await changeObject(state, targetOf(call), { step, strategy });
    return answer(state, call, changed, { warnings });
  };

export const patch = patchBy(mainStrategy);
export const patchStatus = patchBy(statusStrategy);
