/** MutatingWebhookConfiguration: programs that may change what is about to be written. */
import type { MutatingWebhookConfiguration } from "@kubus/shared/api/admissionregistration.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { setMutatingWebhookDefaults } from "../defaults.ts";
import { validateWebhooks } from "../validate-webhook.ts";

export const mutatingWebhookConfigurationKind = defineKind<MutatingWebhookConfiguration>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
  categories: ["api-extensions"],
  owner: "nobody: it has no status",
  scope: "Cluster",
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Webhooks", type: "integer", of: ({ webhooks = [] }) => webhooks.length },
    ageColumn,
  ],
  setDefaults: (configuration: Received<MutatingWebhookConfiguration>) =>
    (configuration.webhooks === undefined
      ? configuration
      : {
          ...configuration,
          webhooks: configuration.webhooks.map(setMutatingWebhookDefaults),
        }) as MutatingWebhookConfiguration,
  validate: ({ webhooks }) => validateWebhooks(webhooks),
});
