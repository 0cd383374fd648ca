/**
 * A pod that was to be disrupted and stays: after two minutes it says so no more. Kubernetes' disruption controller
 * does the same, so that a later failure of the pod is not taken for a disruption.
 */
import type { Condition } from "@kubus/shared/api/meta.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { podKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import { targetOf } from "../workload/ownership.ts";
import { splitKey, wakeSelf } from "../workload/wake.ts";

/** Kubernetes' own: stalePodDisruptionTimeout. */
export const staleDisruptionMs = 2 * 60_000;

interface StaleView {
  readonly pod: Pod | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export const staleDisruptionController = defineController<StaleView>({
  name: "stale-disruption",
  guarantee: "A Pod that was to be disrupted and is not says so for two minutes only.",
  watches: [
    {
      kind: podKind,
      wakes: (event) => (announced(event.object as Pod) === undefined ? [] : wakeSelf(event)),
    },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    return { pod: cache.get(podKind, namespace, name), now };
  },
  reconcile: reconcileStale,
  isGone: ({ pod }) => pod === undefined || announced(pod) === undefined,
});

/** What an agent says of itself may take as long as the pod's grace. */
function announced(pod: Pod): Condition | undefined {
  if (pod.metadata.deletionTimestamp !== undefined || isFinished(pod)) return undefined;
  const said = pod.status?.conditions?.find(({ type }) => type === "DisruptionTarget");
  return said?.status === "True" && said.reason !== "TerminationByKubelet" ? said : undefined;
}

export function reconcileStale({ pod, now }: StaleView): Plan {
  const said = pod === undefined ? undefined : announced(pod);
  if (pod === undefined || said === undefined) return nothing;
  const since = said.lastTransitionTime === undefined ? 0 : Date.parse(said.lastTransitionTime);
  const leftMs = since + staleDisruptionMs - now;
  if (leftMs > 0) return { effects: [], requeueAfterMs: leftMs };
  const taken: Condition = { type: "DisruptionTarget", status: "False", lastTransitionTime: timestamp(now) };
  const conditions = (pod.status?.conditions ?? []).map((one) => (one === said ? taken : one));
  const { resourceVersion } = pod.metadata;
  return {
    effects: [
      {
        type: "writeStatus",
        kind: podKind,
        target: { ...targetOf(pod), resourceVersion },
        status: { conditions },
      },
    ],
  };
}
