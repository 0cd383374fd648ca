/** HorizontalPodAutoscaler: as many pods as their load asks for. */
import type { HorizontalPodAutoscaler } from "@kubus/shared/api/autoscaling.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { setHorizontalPodAutoscalerDefaults } from "./defaults.ts";
import { targetsOf } from "./targets.ts";
import { validateHorizontalPodAutoscaler, validateHorizontalPodAutoscalerStatus } from "./validate.ts";

export const horizontalPodAutoscalerKind = defineKind<HorizontalPodAutoscaler>({
  group: "autoscaling",
  version: "v2",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
  shortNames: ["hpa"],
  categories: ["all"],
  owner: "horizontal pod autoscaler",
  subresources: ["status"],
  columns: [
    nameColumn,
    {
      name: "Reference",
      type: "string",
      of: ({ spec }) => {
        const { kind = "", name = "" } = (spec as Partial<typeof spec>).scaleTargetRef ?? {};
        return `${kind}/${name}`;
      },
    },
    { name: "Targets", type: "string", of: targetsOf },
    { name: "MinPods", type: "string", of: ({ spec }) => String(spec.minReplicas ?? "<unset>") },
    {
      name: "MaxPods",
      type: "string",
      of: ({ spec }) => (spec as Partial<typeof spec>).maxReplicas ?? 0,
    },
    { name: "Replicas", type: "integer", of: ({ status }) => status?.currentReplicas ?? 0 },
    ageColumn,
  ],
  setDefaults: setHorizontalPodAutoscalerDefaults,
  prepareForCreate: (autoscaler) => ({ ...autoscaler, status: { desiredReplicas: 0 } }),
  validate: validateHorizontalPodAutoscaler,
  validateStatusUpdate: validateHorizontalPodAutoscalerStatus,
});
