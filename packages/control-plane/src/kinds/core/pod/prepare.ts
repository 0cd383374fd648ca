/** What a new pod begins with: nothing has happened to it yet, and how long it waits for a lost board. Pure. */
import { controllerOf } from "@kubus/shared/api/meta.ts";
import { taintKey } from "@kubus/shared/api/node.ts";
import type { Pod, Toleration } from "@kubus/shared/api/pod.ts";
import { qosClassOf } from "./qos.ts";

/** A pod that nobody replaces waits for its board; one that has a controller moves at once. */
const bareTolerationSeconds = 300;
const controlledTolerationSeconds = 0;

export function preparePod(pod: Pod): Pod {
  const spec = { ...pod.spec, tolerations: [...(pod.spec.tolerations ?? []), ...defaultTolerations(pod)] };
  const gated = (spec.schedulingGates ?? []).length > 0;
  return {
    ...pod,
    spec,
    status: {
      phase: "Pending",
      qosClass: qosClassOf(spec),
      ...(gated
        ? {
            conditions: [
              {
                type: "PodScheduled",
                status: "False",
                reason: "SchedulingGated",
                message: "Scheduling is blocked due to non-empty scheduling gates",
              },
            ],
          }
        : {}),
    },
  };
}

function defaultTolerations(pod: Pod): readonly Toleration[] {
  const given = pod.spec.tolerations ?? [];
  const tolerationSeconds =
    controllerOf(pod) === undefined ? bareTolerationSeconds : controlledTolerationSeconds;
  return [taintKey.notReady, taintKey.unreachable]
    .filter((key) => !given.some((toleration) => isAbout(toleration, key)))
    .map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds }));
}

const isAbout = ({ key = "", effect = "NoExecute" }: Toleration, wanted: string): boolean =>
  (key === "" || key === wanted) && effect === "NoExecute";
