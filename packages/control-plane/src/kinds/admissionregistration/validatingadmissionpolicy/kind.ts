/** ValidatingAdmissionPolicy: rules in CEL that what is written must keep, where a binding says so. */
import type { ValidatingAdmissionPolicy } from "@kubus/shared/api/admissionregistration.ts";
import { withChanged, withDefaults } from "../../../api/defaults.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { setMatchDefaults } from "../defaults.ts";
import { validatePolicy } from "./validate.ts";

export const validatingAdmissionPolicyKind = defineKind<ValidatingAdmissionPolicy>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingAdmissionPolicy",
  plural: "validatingadmissionpolicies",
  categories: ["api-extensions"],
  owner: "admission policy controller",
  scope: "Cluster",
  subresources: ["status"],
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Validations", type: "integer", of: ({ spec }) => (spec.validations ?? []).length },
    {
      name: "ParamKind",
      type: "string",
      of: ({ spec: { paramKind } }) =>
        paramKind === undefined ? "<unset>" : `${paramKind.apiVersion}/${paramKind.kind}`,
    },
    ageColumn,
  ],
  setDefaults: (policy: Received<ValidatingAdmissionPolicy>) =>
    ({
      ...policy,
      spec: withChanged(
        withDefaults(policy.spec ?? {}, { failurePolicy: "Fail" }),
        "matchConstraints",
        setMatchDefaults,
      ),
    }) as ValidatingAdmissionPolicy,
  validate: validatePolicy,
  validateStatusUpdate: () => [],
});
