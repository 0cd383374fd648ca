/** ValidatingAdmissionPolicyBinding: where a policy counts, with which parameters, and what follows from breaking it. */
import type { ValidatingAdmissionPolicyBinding } from "@kubus/shared/api/admissionregistration.ts";
import { withChanged } from "../../../api/defaults.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { setMatchDefaults } from "../defaults.ts";
import { validateBinding } from "./validate.ts";

export const validatingAdmissionPolicyBindingKind = defineKind<ValidatingAdmissionPolicyBinding>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingAdmissionPolicyBinding",
  plural: "validatingadmissionpolicybindings",
  categories: ["api-extensions"],
  owner: "nobody: it has no status",
  scope: "Cluster",
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "PolicyName", type: "string", of: ({ spec }) => spec.policyName },
    { name: "ParamRef", type: "string", of: paramText },
    ageColumn,
  ],
  setDefaults: (binding: Received<ValidatingAdmissionPolicyBinding>) =>
    ({
      ...binding,
      spec: withChanged(binding.spec ?? {}, "matchResources", setMatchDefaults),
    }) as ValidatingAdmissionPolicyBinding,
  validate: validateBinding,
});

function paramText({ spec: { paramRef } }: ValidatingAdmissionPolicyBinding): string {
  if (paramRef === undefined) return "<unset>";
  const { name = "", namespace = "" } = paramRef;
  return namespace === "" ? name : `${namespace}/${name}`;
}
