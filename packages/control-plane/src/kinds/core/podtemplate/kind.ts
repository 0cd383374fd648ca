/** PodTemplate: a pod to be made by somebody, some time. */
import type { PodTemplate } from "@kubus/shared/api/core.ts";
import { formatLabels } from "../../../api/selectors.ts";
import { nameColumn, none } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { validatePodTemplate } from "../../template/validate.ts";
import { setTemplateDefaults } from "../pod/defaults.ts";

const containersOf = ({ template }: PodTemplate) => template.spec.containers;

export const podTemplateKind = defineKind<PodTemplate>({
  version: "v1",
  kind: "PodTemplate",
  plural: "podtemplates",
  owner: "nobody: it has no status",
  hasGeneration: true,
  columns: [
    nameColumn,
    {
      name: "Containers",
      type: "string",
      of: (object) =>
        containersOf(object)
          .map(({ name }) => name)
          .join(","),
    },
    {
      name: "Images",
      type: "string",
      of: (object) =>
        containersOf(object)
          .map(({ image }) => image)
          .join(","),
    },
    {
      name: "Pod Labels",
      type: "string",
      of: ({ template }) => formatLabels(template.metadata?.labels) || none,
    },
  ],
  setDefaults: (object: Received<PodTemplate>) =>
    ({ ...object, template: setTemplateDefaults(object.template) }) as PodTemplate,
  validate: ({ template }: Received<PodTemplate>) => validatePodTemplate(template, "template"),
});
