/** ServiceAccount: who a pod is when it talks to the API. */
import type { ServiceAccount } from "@kubus/shared/api/core.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";

export const serviceAccountKind = defineKind<ServiceAccount>({
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  shortNames: ["sa"],
  owner: "nobody: it has no status",
  columns: [
    nameColumn,
    { name: "Secrets", type: "integer", of: ({ secrets = [] }) => secrets.length },
    ageColumn,
  ],
});
