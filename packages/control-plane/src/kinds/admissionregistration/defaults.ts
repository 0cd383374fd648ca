/** What the API server fills in on webhooks and policies. Pure. */
import type {
  MatchResources,
  MutatingWebhook,
  NamedRule,
  ValidatingWebhook,
} from "@kubus/shared/api/admissionregistration.ts";
import { withChanged, withDefaults } from "../../api/defaults.ts";
import type { Received } from "../received.ts";

const servicePort = 443;

export const setWebhookDefaults = (webhook: Received<ValidatingWebhook>): Received<ValidatingWebhook> => {
  const filled = withDefaults(webhook, {
    failurePolicy: "Fail",
    matchPolicy: "Equivalent",
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  });
  const ruled = withChanged(filled, "rules", (rules) => rules.map(setRuleDefaults));
  return withChanged(ruled, "clientConfig", (config) =>
    withChanged(config, "service", (service) => withDefaults(service, { port: servicePort })),
  );
};

export const setMutatingWebhookDefaults = (webhook: Received<MutatingWebhook>): Received<MutatingWebhook> =>
  withDefaults(setWebhookDefaults(webhook), { reinvocationPolicy: "Never" });

const setRuleDefaults = (rule: Received<NamedRule>): Received<NamedRule> =>
  withDefaults(rule, { scope: "*" });

export function setMatchDefaults(match: Received<MatchResources>): Received<MatchResources> {
  const filled = withDefaults(match, {
    matchPolicy: "Equivalent",
    namespaceSelector: {},
    objectSelector: {},
  });
  const ruled = withChanged(filled, "resourceRules", (rules) => rules.map(setRuleDefaults));
  return withChanged(ruled, "excludeResourceRules", (rules) => rules.map(setRuleDefaults));
}
