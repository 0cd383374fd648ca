/** DaemonSet: one pod on every board that fits. */
import type { DaemonSet, DaemonSetStatus } from "@kubus/shared/api/workload.ts";
import { formatLabels, formatLabelSelector } from "../../../api/selectors.ts";
import { ageColumn, nameColumn, none, templateColumns } from "../../columns.ts";
import { defineKind, withStatus } from "../../define-kind.ts";
import type { Column } from "../../kind.ts";
import { validateSelectorUnchanged } from "../../template/validate.ts";
import { setDaemonSetDefaults } from "./defaults.ts";
import { countFirstTemplate, countTemplate } from "./template-generation.ts";
import { validateDaemonSet, validateDaemonSetStatus } from "./validate.ts";

type Count = Exclude<keyof DaemonSetStatus, "conditions">;

const count = (name: string, field: Count): Column<DaemonSet> => ({
  name,
  type: "integer",
  of: ({ status }) => status?.[field] ?? 0,
});

const noStatus: DaemonSetStatus = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};

export const daemonSetKind = defineKind<DaemonSet>({
  group: "apps",
  version: "v1",
  kind: "DaemonSet",
  plural: "daemonsets",
  shortNames: ["ds"],
  categories: ["all"],
  owner: "daemon set controller",
  subresources: ["status"],
  hasGeneration: true,
  columns: [
    nameColumn,
    count("Desired", "desiredNumberScheduled"),
    count("Current", "currentNumberScheduled"),
    count("Ready", "numberReady"),
    count("Up-to-date", "updatedNumberScheduled"),
    count("Available", "numberAvailable"),
    {
      name: "Node Selector",
      type: "string",
      of: ({ spec }) => formatLabels(spec.template.spec.nodeSelector) || none,
    },
    ageColumn,
    ...templateColumns<DaemonSet>(
      ({ spec }) => spec.template.spec.containers,
      ({ spec }) => formatLabelSelector(spec.selector),
    ),
  ],
  setDefaults: setDaemonSetDefaults,
  prepareForCreate: (daemonSet) => ({ ...countFirstTemplate(daemonSet), status: noStatus }),
  prepareForUpdate: (next, previous) => countTemplate(withStatus(next, previous), previous),
  validate: validateDaemonSet,
  validateUpdate: (next, previous) => validateSelectorUnchanged(next.spec.selector, previous.spec.selector),
  validateStatusUpdate: validateDaemonSetStatus,
});
