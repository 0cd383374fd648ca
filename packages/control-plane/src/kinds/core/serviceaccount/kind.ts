/** ServiceAccount: who a pod is when it talks to the API. */
import type { ServiceAccount } from "@kubus/shared/api/core.ts";
import { withChanged } from "../../../api/defaults.ts";
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
  prepareForCreate: withNamesOnly,
  prepareForUpdate: withNamesOnly,
});

/** Secrets are those of the account's own namespace: of a reference nothing but the name counts. */
function withNamesOnly(account: ServiceAccount): ServiceAccount {
  return withChanged(account, "secrets", (secrets) =>
    secrets.map(({ name }) => (name === undefined ? {} : { name })),
  );
}
