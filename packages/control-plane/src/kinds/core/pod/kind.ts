/** Pod: containers that live and die together on one board. */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { ageColumn, nameColumn, none } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { lastRestartText, podSummary } from "./summary.ts";
import { setPodDefaults } from "./defaults.ts";
import { gracePeriodSeconds } from "./grace-period.ts";
import { preparePod } from "./prepare.ts";
import { validatePod, validatePodCreate } from "./validate.ts";
import { preparePodStatus, validatePodStatus } from "./validate-status.ts";
import { validatePodUpdate } from "./validate-update.ts";

export const podKind = defineKind<Pod>({
  version: "v1",
  kind: "Pod",
  plural: "pods",
  shortNames: ["po"],
  categories: ["all"],
  owner: "node agent (status), scheduler (spec.nodeName)",
  subresources: ["status"],
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Ready", type: "string", of: (pod) => podSummary(pod).ready },
    { name: "Status", type: "string", of: (pod) => podSummary(pod).status },
    { name: "Restarts", type: "string", of: (pod, now) => lastRestartText(podSummary(pod), now) },
    ageColumn,
    {
      name: "IP",
      type: "string",
      priority: 1,
      of: ({ status }) => status?.podIPs?.[0]?.ip ?? (status?.podIP || none),
    },
    { name: "Node", type: "string", priority: 1, of: ({ spec }) => spec.nodeName || none },
    {
      name: "Nominated Node",
      type: "string",
      priority: 1,
      of: ({ status }) => status?.nominatedNodeName || none,
    },
    { name: "Readiness Gates", type: "string", priority: 1, of: readinessGates },
  ],
  selectableFields: {
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
    "spec.restartPolicy": ({ spec }) => spec.restartPolicy ?? "",
    "spec.schedulerName": ({ spec }) => spec.schedulerName ?? "",
    "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName ?? "",
    "spec.hostNetwork": ({ spec }) => String(spec.hostNetwork ?? false),
    "status.phase": ({ status }) => status?.phase ?? "",
    "status.podIP": ({ status }) => status?.podIP ?? "",
    "status.podIPs": ({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip).join(","),
    "status.nominatedNodeName": ({ status }) => status?.nominatedNodeName ?? "",
  },
  setDefaults: setPodDefaults,
  prepareForCreate: preparePod,
  prepareForStatusUpdate: preparePodStatus,
  validate: validatePod,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  validateStatusUpdate: validatePodStatus,
  gracePeriodSeconds,
});

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return none;
  const isTrue = (wanted: string) =>
    status?.conditions?.some(({ type, status }) => type === wanted && status === "True");
  return `${gates.filter(({ conditionType }) => isTrue(conditionType)).length}/${gates.length}`;
}
