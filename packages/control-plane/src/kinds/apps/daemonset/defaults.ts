/** What the API server fills in on daemon sets (apps/v1 defaults). Pure. */
import type { DaemonSet, DaemonSetUpdateStrategy } from "@kubus/shared/api/workload.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { setTemplateDefaults } from "../../core/pod/defaults.ts";
import type { Received } from "../../received.ts";

export function setDaemonSetDefaults(daemonSet: Received<DaemonSet>): DaemonSet {
  const { spec = {} } = daemonSet;
  return {
    ...daemonSet,
    spec: {
      ...withDefaults(spec, { revisionHistoryLimit: 10 }),
      template: setTemplateDefaults(spec.template),
      updateStrategy: strategyOf(spec.updateStrategy),
    },
  } as DaemonSet;
}

function strategyOf(strategy: Received<DaemonSetUpdateStrategy> = {}): Received<DaemonSetUpdateStrategy> {
  const type = strategy.type || "RollingUpdate";
  if (type !== "RollingUpdate") return { ...strategy, type };
  const rollingUpdate = withDefaults(strategy.rollingUpdate ?? {}, { maxSurge: 0, maxUnavailable: 1 });
  return { ...strategy, type, rollingUpdate };
}
