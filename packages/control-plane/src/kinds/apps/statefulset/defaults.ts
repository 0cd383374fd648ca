/** What the API server fills in on stateful sets (apps/v1 defaults). Pure. */
import type { ClaimTemplate, StatefulSet, StatefulSetUpdateStrategy } from "@kubus/shared/api/workload.ts";
import { withChanged, withDefaults } from "../../../api/defaults.ts";
import { setTemplateDefaults } from "../../core/pod/defaults.ts";
import type { Received } from "../../received.ts";

export function setStatefulSetDefaults(statefulSet: Received<StatefulSet>): StatefulSet {
  const { spec = {} } = statefulSet;
  const filled = {
    ...withDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: "OrderedReady" }),
    template: setTemplateDefaults(spec.template),
    updateStrategy: strategyOf(spec.updateStrategy),
    persistentVolumeClaimRetentionPolicy: withDefaults(spec.persistentVolumeClaimRetentionPolicy ?? {}, {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    }),
  };
  return {
    ...statefulSet,
    spec: withChanged(filled, "volumeClaimTemplates", (claims) => claims.map(setClaimDefaults)),
  } as StatefulSet;
}

function strategyOf(strategy: Received<StatefulSetUpdateStrategy> = {}): Received<StatefulSetUpdateStrategy> {
  // A strategy that names its type and no parameters has none.
  const isNamed = (strategy.type ?? "") !== "";
  const named = isNamed ? strategy : { rollingUpdate: {}, ...strategy, type: "RollingUpdate" };
  return named.type === "RollingUpdate"
    ? withChanged(named, "rollingUpdate", (rolling) => withDefaults(rolling, { partition: 0 }))
    : named;
}

const setClaimDefaults = (claim: Received<ClaimTemplate>): Received<ClaimTemplate> => ({
  ...claim,
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  spec: withDefaults(claim.spec ?? {}, { volumeMode: "Filesystem" }),
  status: withDefaults(claim.status ?? {}, { phase: "Pending" }),
});
