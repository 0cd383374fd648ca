/** PriorityClass: a name for a pod's rank. */
import type { PriorityClass } from "@kubus/shared/api/scheduling.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { validatePriorityClass, validatePriorityClassUpdate } from "./validate.ts";

export const priorityClassKind = defineKind<PriorityClass>({
  group: "scheduling.k8s.io",
  version: "v1",
  kind: "PriorityClass",
  plural: "priorityclasses",
  shortNames: ["pc"],
  scope: "Cluster",
  owner: "bootstrap (system classes), users",
  columns: [
    nameColumn,
    { name: "Value", type: "integer", of: ({ value }) => value ?? 0 },
    { name: "Global-Default", type: "boolean", of: ({ globalDefault }) => globalDefault ?? false },
    ageColumn,
    {
      name: "PreemptionPolicy",
      type: "string",
      of: ({ preemptionPolicy }) => preemptionPolicy ?? "",
    },
  ],
  setDefaults: (priorityClass) =>
    withDefaults(priorityClass, { value: 0, preemptionPolicy: "PreemptLowerPriority" }),
  // It is born with a generation, which counts nothing.
  prepareForCreate: (priorityClass) => ({
    ...priorityClass,
    metadata: { ...priorityClass.metadata, generation: 1 },
  }),
  validate: validatePriorityClass,
  validateUpdate: validatePriorityClassUpdate,
});
