/** ReplicationController: the replica set of old, with a plain label selector. */
import type { ReplicationController } from "@kubus/shared/api/workload.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { formatLabels } from "../../../api/selectors.ts";
import { cause } from "../../causes.ts";
import { ageColumn, nameColumn, templateColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { setTemplateDefaults } from "../pod/defaults.ts";
import type { Received } from "../../received.ts";
import { validateNotNegative, when } from "../../rules.ts";
import { validateTemplate } from "../../template/validate.ts";

type Spec = Received<ReplicationController["spec"]>;
type Part = (typeof parts)[number];
const parts = ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"] as const;

export const replicationControllerKind = defineKind<ReplicationController>({
  version: "v1",
  kind: "ReplicationController",
  plural: "replicationcontrollers",
  shortNames: ["rc"],
  categories: ["all"],
  owner: "replication controller",
  subresources: ["status", "scale"],
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Desired", type: "integer", of: ({ spec }) => spec.replicas ?? 0 },
    { name: "Current", type: "integer", of: ({ status }) => status?.replicas ?? 0 },
    { name: "Ready", type: "integer", of: ({ status }) => status?.readyReplicas ?? 0 },
    ageColumn,
    ...templateColumns<ReplicationController>(
      ({ spec }) => spec.template?.spec.containers ?? [],
      ({ spec }) => formatLabels(spec.selector),
    ),
  ],
  selectableFields: { "status.replicas": ({ status }) => String(status?.replicas ?? 0) },
  setDefaults: setReplicationControllerDefaults,
  prepareForCreate: (controller) => ({ ...controller, status: { replicas: 0 } }),
  validate: validateReplicationController,
  validateStatusUpdate: validateStatus,
  scale: {
    replicas: ({ spec }) => spec.replicas ?? 0,
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => formatLabels(spec.selector),
    withReplicas: (controller, replicas) => ({ ...controller, spec: { ...controller.spec, replicas } }),
  },
});

/** The template's labels stand in for a selector and for labels of its own. */
function setReplicationControllerDefaults(
  controller: Received<ReplicationController>,
): ReplicationController {
  const { metadata = {}, spec = {} } = controller;
  const labels = spec.template?.metadata?.labels;
  const own = labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0 ? { labels } : {};
  const selector =
    labels !== undefined && Object.keys(spec.selector ?? {}).length === 0 ? { selector: labels } : {};
  return {
    ...controller,
    metadata: { ...metadata, ...own },
    spec: {
      ...withDefaults(spec, { replicas: 1 }),
      ...selector,
      ...(spec.template === undefined ? {} : { template: setTemplateDefaults(spec.template) }),
    },
  } as ReplicationController;
}

function validateReplicationController({ spec = {} }: Received<ReplicationController>): readonly Cause[] {
  const { selector = {} } = spec;
  return [
    ...validateNotNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...when(Object.keys(selector).length === 0, cause.required("spec.selector")),
    ...validateNotNegative(spec.replicas, "spec.replicas"),
    ...validateOwnTemplate(spec),
  ];
}

function validateOwnTemplate({ template, selector = {} }: Spec): readonly Cause[] {
  const field = "spec.template";
  if (template === undefined) return [cause.required(field)];
  const labels = template.metadata?.labels ?? {};
  const isOwn = Object.entries(selector).every(([key, value]) => labels[key] === value);
  const strangers = "`selector` does not match template `labels`";
  return [
    ...when(!isOwn, cause.invalid(`${field}.metadata.labels`, labels, strangers)),
    ...validateTemplate(template, field, "ReplicationController"),
  ];
}

function validateStatus({ status }: Received<ReplicationController>): readonly Cause[] {
  const { replicas = 0, readyReplicas = 0 } = status ?? {};
  const notMore = (field: Part, most: number, of: string) => {
    const count = status?.[field] ?? 0;
    return when(count > most, cause.invalid(`status.${field}`, count, `cannot be greater than ${of}`));
  };
  return [
    ...(["replicas", ...parts, "observedGeneration"] as const).flatMap((field) =>
      validateNotNegative(status?.[field], `status.${field}`),
    ),
    ...parts.flatMap((field) => notMore(field, replicas, "status.replicas")),
    ...notMore("availableReplicas", readyReplicas, "readyReplicas"),
  ];
}
