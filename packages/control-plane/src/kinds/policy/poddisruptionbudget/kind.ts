/** PodDisruptionBudget: how many pods of a set may be evicted at a time. */
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { validatePodDisruptionBudget, validatePodDisruptionBudgetStatus } from "./validate.ts";

const unset = "N/A";

export const podDisruptionBudgetKind = defineKind<PodDisruptionBudget>({
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  shortNames: ["pdb"],
  owner: "disruption controller, evictions",
  subresources: ["status"],
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Min Available", type: "string", of: ({ spec }) => String(spec?.minAvailable ?? unset) },
    { name: "Max Unavailable", type: "string", of: ({ spec }) => String(spec?.maxUnavailable ?? unset) },
    { name: "Allowed Disruptions", type: "integer", of: ({ status }) => status?.disruptionsAllowed ?? 0 },
    ageColumn,
  ],
  // Whoever says nothing speaks of no pod.
  setDefaults: (budget) => ({ ...budget, spec: budget.spec ?? {} }),
  prepareForCreate: (budget) => ({
    ...budget,
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  }),
  validate: validatePodDisruptionBudget,
  validateStatusUpdate: validatePodDisruptionBudgetStatus,
});
