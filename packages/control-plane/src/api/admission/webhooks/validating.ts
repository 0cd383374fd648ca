/** Validating webhooks: all that want to be asked are asked at once; one that says no is enough. */
import type { ValidatingWebhookConfiguration } from "@kubus/shared/api/admissionregistration.ts";
import type { Admitter } from "../../admission.ts";
import { listed } from "../concerns.ts";
import { ask, wantedRow, type Hook } from "./ask.ts";
import { presented } from "./presented.ts";

export const validatingWebhooks: Admitter = async (attempt, world) => {
  const configurations = listed<ValidatingWebhookConfiguration>(
    world,
    "admissionregistration.k8s.io/v1",
    "ValidatingWebhookConfiguration",
  );
  if (configurations.length === 0) return;
  const whole = presented(attempt);
  const hooks = configurations.flatMap(({ metadata, webhooks = [] }): readonly Hook[] =>
    webhooks.map((webhook) => ({ webhook, configuration: metadata.name, mayPatch: false })),
  );
  const wanted = hooks.flatMap((hook) => {
    const row = wantedRow(hook, whole, world);
    return row === undefined ? [] : [{ hook, row }];
  });
  const outcomes = await Promise.allSettled(wanted.map(({ hook, row }) => ask(hook, row, whole, world)));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
};
