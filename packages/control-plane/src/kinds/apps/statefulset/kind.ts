/** StatefulSet: pods with names of their own, each with its own volumes, one after the other. */
import type { StatefulSet } from "@kubus/shared/api/workload.ts";
import { dnsLabel } from "../../../api/names.ts";
import { formatLabelSelector } from "../../../api/selectors.ts";
import { ageColumn, nameColumn, templateColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { setStatefulSetDefaults } from "./defaults.ts";
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from "./validate.ts";

const [containers, images] = templateColumns<StatefulSet>(
  ({ spec }) => spec.template.spec.containers,
  () => "",
);

export const statefulSetKind = defineKind<StatefulSet>({
  group: "apps",
  version: "v1",
  kind: "StatefulSet",
  plural: "statefulsets",
  shortNames: ["sts"],
  categories: ["all"],
  owner: "stateful set controller",
  subresources: ["status", "scale"],
  hasGeneration: true,
  // Pods are named after it, and their names are host names.
  nameRule: dnsLabel,
  columns: [
    nameColumn,
    {
      name: "Ready",
      type: "string",
      of: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    },
    ageColumn,
    ...[containers, images].filter((column) => column !== undefined),
  ],
  setDefaults: setStatefulSetDefaults,
  prepareForCreate: (statefulSet) => ({ ...statefulSet, status: { replicas: 0 } }),
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  validateStatusUpdate: validateStatefulSetStatus,
  scale: {
    replicas: ({ spec }) => spec.replicas ?? 0,
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => formatLabelSelector(spec.selector),
    withReplicas: (statefulSet, replicas) => ({ ...statefulSet, spec: { ...statefulSet.spec, replicas } }),
  },
});
