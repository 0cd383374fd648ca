/** PATCH: a change of whatever is there now, tried again when somebody else was faster. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { targetOf, type Act } from "../call.ts";
import { patchIn } from "../patch-body.ts";
import { answer } from "../render.ts";
import { isApply } from "../write-options.ts";
import { mainStrategy, statusStrategy, type Strategy } from "../strategy.ts";
import { changeObject } from "../write.ts";
import { applyBy } from "./apply.ts";

/** A patch through one door, or an apply. */
export const patchBy = (strategy: Strategy): Act => {
  const apply = applyBy(strategy);
  return async (state, call) => {
    if (isApply(call)) return apply(state, call);
    const change = patchIn(call);
    let warnings: readonly string[] = [];
    const step = (previous: KubeObject): KubeObject => {
      const checked = change.step(previous);
      warnings = checked.warnings;
      return checked.object;
    };
    const changed = await changeObject(state, targetOf(call), { step, strategy });
    return answer(state, call, changed, { warnings });
  };
};

export const patch = patchBy(mainStrategy);
export const patchStatus = patchBy(statusStrategy);
