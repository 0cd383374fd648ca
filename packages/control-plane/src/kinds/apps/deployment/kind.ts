/** Deployment: equal pods of one version, replaced step by step by the next one. */
import type { Deployment } from "@kubus/shared/api/workload.ts";
import { formatLabelSelector } from "../../../api/selectors.ts";
import { ageColumn, nameColumn, templateColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { setDeploymentDefaults } from "./defaults.ts";
import { validateSelectorUnchanged } from "../../template/validate.ts";
import { validateDeployment, validateDeploymentStatus } from "./validate.ts";

export const deploymentKind = defineKind<Deployment>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  shortNames: ["deploy"],
  categories: ["all"],
  owner: "deployment controller",
  subresources: ["status", "scale"],
  hasGeneration: true,
  columns: [
    nameColumn,
    {
      name: "Ready",
      type: "string",
      of: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    },
    { name: "Up-to-date", type: "integer", of: ({ status }) => status?.updatedReplicas ?? 0 },
    { name: "Available", type: "integer", of: ({ status }) => status?.availableReplicas ?? 0 },
    ageColumn,
    ...templateColumns<Deployment>(
      ({ spec }) => spec.template.spec.containers,
      ({ spec }) => formatLabelSelector(spec.selector),
    ),
  ],
  setDefaults: setDeploymentDefaults,
  prepareForCreate: (deployment) => ({ ...deployment, status: {} }),
  validate: validateDeployment,
  validateUpdate: (next, previous) => validateSelectorUnchanged(next.spec.selector, previous.spec.selector),
  validateStatusUpdate: validateDeploymentStatus,
  scale: {
    replicas: ({ spec }) => spec.replicas ?? 0,
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => formatLabelSelector(spec.selector),
    withReplicas: (deployment, replicas) => ({ ...deployment, spec: { ...deployment.spec, replicas } }),
  },
});
