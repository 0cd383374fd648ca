/** What the API server fills in on deployments (apps/v1 defaults). Pure. */
import type { Deployment, DeploymentStrategy } from "@kubus/shared/api/workload.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { setTemplateDefaults } from "../../core/pod/defaults.ts";
import type { Received } from "../../received.ts";

export function setDeploymentDefaults(deployment: Received<Deployment>): Deployment {
  const { spec = {} } = deployment;
  return {
    ...deployment,
    spec: {
      ...withDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
      strategy: strategyOf(spec.strategy),
      template: setTemplateDefaults(spec.template),
    },
  } as Deployment;
}

function strategyOf(strategy: Received<DeploymentStrategy> = {}): Received<DeploymentStrategy> {
  const type = strategy.type || "RollingUpdate";
  if (type !== "RollingUpdate") return { ...strategy, type };
  const rollingUpdate = withDefaults(strategy.rollingUpdate ?? {}, {
    maxSurge: "25%",
    maxUnavailable: "25%",
  });
  return { ...strategy, type, rollingUpdate };
}
