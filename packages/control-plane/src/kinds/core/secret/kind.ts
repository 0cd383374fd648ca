/** Secret: values for pods that only boards with such a pod may see. Values are base64 on the wire. */
import type { Secret } from "@kubus/shared/api/core.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { setSecretDefaults } from "./defaults.ts";
import { validateSecret, validateSecretUpdate } from "./validate.ts";

export const secretKind = defineKind<Secret>({
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  owner: "nobody: it has no status",
  columns: [
    nameColumn,
    { name: "Type", type: "string", of: ({ type = "" }) => type },
    { name: "Data", type: "integer", of: ({ data = {} }) => Object.keys(data).length },
    ageColumn,
  ],
  selectableFields: { type: ({ type = "" }) => type },
  setDefaults: setSecretDefaults,
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
});
