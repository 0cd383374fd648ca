/** ReplicaSet: a number of equal pods. */
import type { ReplicaSet, ReplicaSetStatus } from "@kubus/shared/api/workload.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { formatLabelSelector } from "../../../api/selectors.ts";
import { ageColumn, nameColumn, templateColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { setTemplateDefaults } from "../../core/pod/defaults.ts";
import type { Received } from "../../received.ts";
import { validateNotNegative } from "../../rules.ts";
import { validateSelector, validateSelectorUnchanged, validateTemplate } from "../../template/validate.ts";
import { validateCounts, validateParts } from "../counts.ts";

export const replicaSetKind = defineKind<ReplicaSet>({
  group: "apps",
  version: "v1",
  kind: "ReplicaSet",
  plural: "replicasets",
  shortNames: ["rs"],
  categories: ["all"],
  owner: "replica set controller",
  subresources: ["status", "scale"],
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Desired", type: "integer", of: ({ spec }) => spec.replicas ?? 0 },
    { name: "Current", type: "integer", of: ({ status }) => status?.replicas ?? 0 },
    { name: "Ready", type: "integer", of: ({ status }) => status?.readyReplicas ?? 0 },
    ageColumn,
    ...templateColumns<ReplicaSet>(
      ({ spec }) => spec.template.spec.containers,
      ({ spec }) => formatLabelSelector(spec.selector),
    ),
  ],
  selectableFields: { "status.replicas": ({ status }) => String(status?.replicas ?? 0) },
  setDefaults: (replicaSet: Received<ReplicaSet>) =>
    ({
      ...replicaSet,
      spec: {
        ...withDefaults(replicaSet.spec ?? {}, { replicas: 1 }),
        template: setTemplateDefaults(replicaSet.spec?.template),
      },
    }) as ReplicaSet,
  prepareForCreate: (replicaSet) => ({ ...replicaSet, status: { replicas: 0 } }),
  validate: validateReplicaSet,
  validateUpdate: (next, previous) => validateSelectorUnchanged(next.spec.selector, previous.spec.selector),
  validateStatusUpdate: ({ status }) => validateReplicaSetStatus(status),
  scale: {
    replicas: ({ spec }) => spec.replicas ?? 0,
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => formatLabelSelector(spec.selector),
    withReplicas: (replicaSet, replicas) => ({ ...replicaSet, spec: { ...replicaSet.spec, replicas } }),
  },
});

function validateReplicaSet({ spec }: Received<ReplicaSet>): readonly Cause[] {
  return [
    ...validateNotNegative(spec?.replicas, "spec.replicas"),
    ...validateNotNegative(spec?.minReadySeconds, "spec.minReadySeconds"),
    ...validateSelector(spec?.selector, spec?.template, { owner: "replicaset" }),
    ...validateTemplate(spec?.template, "spec.template"),
  ];
}

const validateReplicaSetStatus = (status: ReplicaSetStatus | undefined): readonly Cause[] => [
  ...validateCounts<ReplicaSetStatus>(status, [
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "observedGeneration",
  ]),
  ...validateParts<ReplicaSetStatus>(status, [
    { field: "fullyLabeledReplicas", of: "replicas" },
    { field: "readyReplicas", of: "replicas" },
    { field: "availableReplicas", of: "replicas" },
    { field: "availableReplicas", of: "readyReplicas", named: "readyReplicas" },
  ]),
];
