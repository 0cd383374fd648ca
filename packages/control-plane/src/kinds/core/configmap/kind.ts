/** ConfigMap: configuration as keys and values, for environment variables and files. */
import type { ConfigMap } from "@kubus/shared/api/core.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { validateConfigMap, validateConfigMapUpdate } from "./validate.ts";

export const configMapKind = defineKind<ConfigMap>({
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  owner: "nobody: it has no status",
  columns: [
    nameColumn,
    {
      name: "Data",
      type: "integer",
      of: ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
    },
    ageColumn,
  ],
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
});
