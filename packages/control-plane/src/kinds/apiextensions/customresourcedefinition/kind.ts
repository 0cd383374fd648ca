/** CustomResourceDefinition: a kind that the cluster's users bring along. */
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";
import { defineKind, withStatus } from "../../define-kind.ts";
import { nameColumn } from "../../columns.ts";
import { setDefinitionDefaults } from "./defaults.ts";
import { withCleanup, withStorageNoted } from "./prepare.ts";
import { validateDefinition, validateDefinitionStatus, validateDefinitionUpdate } from "./validate.ts";

export const customResourceDefinitionKind = defineKind<CustomResourceDefinition>({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  scope: "Cluster",
  schema: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition",
  owner: "customresourcedefinition controller",
  subresources: ["status"],
  hasGeneration: true,
  columns: [
    nameColumn,
    {
      name: "Created At",
      type: "date",
      description: "When this object was created.",
      of: ({ metadata }) => metadata.creationTimestamp,
    },
  ],
  setDefaults: setDefinitionDefaults,
  prepareForCreate: (definition) => withCleanup(withStorageNoted(withStatus(definition, undefined))),
  prepareForUpdate: (next, previous) => withCleanup(withStorageNoted(withStatus(next, previous))),
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
  validateStatusUpdate: validateDefinitionStatus,
});
