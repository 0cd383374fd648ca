/** ValidatingWebhookConfiguration: programs that are asked whether something may be written. */
import type { ValidatingWebhookConfiguration } from "@kubus/shared/api/admissionregistration.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { setWebhookDefaults } from "../defaults.ts";
import { validateWebhooks } from "../validate-webhook.ts";

export const validatingWebhookConfigurationKind = defineKind<ValidatingWebhookConfiguration>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  categories: ["api-extensions"],
  owner: "nobody: it has no status",
  scope: "Cluster",
  hasGeneration: true,
  columns: [
    nameColumn,
    { name: "Webhooks", type: "integer", of: ({ webhooks = [] }) => webhooks.length },
    ageColumn,
  ],
  setDefaults: (configuration: Received<ValidatingWebhookConfiguration>) =>
    (configuration.webhooks === undefined
      ? configuration
      : {
          ...configuration,
          webhooks: configuration.webhooks.map(setWebhookDefaults),
        }) as ValidatingWebhookConfiguration,
  validate: ({ webhooks }) => validateWebhooks(webhooks),
});
