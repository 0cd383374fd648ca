/**
 * Rebalancing: when a board came (back), pods go there one at a time, as long as that clearly helps. Pure.
 *
 * The pod is asked by the eviction API, so that its budget may refuse; its owner makes another one, and the scheduler
 * puts that where it was foreseen to.
 */
import { nothing, type Effect, type Plan } from "../../controllers/engine/plan.ts";
import { splitKey } from "../../controllers/workload/wake.ts";
import { podKind } from "../../kinds/index.ts";
import { writeRecord, type MoveRecord } from "./record.ts";
import { standOf, type Stand } from "./stand.ts";
import type { View } from "./view.ts";

export function reconcile(view: View): Plan {
  const stand = standOf(view);
  if (stand.type !== "moving" || stand.ask === undefined) return nothing;
  const { ask, begins } = stand;
  return {
    effects: [...(begins === undefined ? [] : [writeRecord(ask, view.lastMove)]), askToLeave(ask, begins)],
  };
}

function askToLeave(
  { pod, uid, from, to }: MoveRecord,
  begins: (Stand & { type: "moving" })["begins"],
): Effect {
  const target = { ...splitKey(pod), uid };
  const what =
    begins === undefined ? "" : ` (${begins.ofOwner} more of its kind and ${begins.inAll} more in all)`;
  return {
    type: "evict",
    kind: podKind,
    target,
    tells: {
      about: { kind: "Pod", apiVersion: "v1", ...target },
      success: {
        reason: "Rebalanced",
        text: `Makes room on ${from}${what} for a replacement on ${to}: evicted pod `,
      },
      failure: { reason: "FailedRebalancing", text: `Cannot be moved from ${from} to ${to}: ` },
    },
  };
}
