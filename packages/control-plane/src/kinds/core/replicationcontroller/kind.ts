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
import { validateNotNegative } from "../../rules.ts";
import { validateTemplate } from "../../template/validate.ts";

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
  const { template, selector = {} } = spec;
  const entries = Object.entries(selector);
  const labels = template?.metadata?.labels ?? {};
  return [
    ...validateNotNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...validateNotNegative(spec.replicas, "spec.replicas"),
    ...(entries.length === 0 ? [cause.required("spec.selector")] : []),
    ...(template === undefined
      ? [cause.required("spec.template")]
      : entries.every(([key, value]) => labels[key] === value)
        ? []
        : [
            cause.invalid(
              "spec.template.metadata.labels",
              labels,
              "`selector` does not match template `labels`",
            ),
          ]),
    ...(template === undefined ? [] : validateTemplate(template, "spec.template")),
  ];
}
