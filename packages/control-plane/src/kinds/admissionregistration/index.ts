/** Kinds of admissionregistration.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { mutatingWebhookConfigurationKind } from "./mutatingwebhookconfiguration/kind.ts";
import { validatingAdmissionPolicyBindingKind } from "./validatingadmissionpolicybinding/kind.ts";
import { validatingAdmissionPolicyKind } from "./validatingadmissionpolicy/kind.ts";
import { validatingWebhookConfigurationKind } from "./validatingwebhookconfiguration/kind.ts";

export const admissionregistrationKinds: readonly Kind[] = [
  mutatingWebhookConfigurationKind,
  validatingAdmissionPolicyKind,
  validatingAdmissionPolicyBindingKind,
  validatingWebhookConfigurationKind,
];

export {
  mutatingWebhookConfigurationKind,
  validatingAdmissionPolicyBindingKind,
  validatingAdmissionPolicyKind,
  validatingWebhookConfigurationKind,
};
