/** Kinds whose first version differed only in what it meant by saying nothing. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { withDefaults } from "../../../api/defaults.ts";
import type { Conversion } from "../../other-version.ts";
import { changed, changedEach, inSpec, type Fields } from "../fields.ts";

/** What webhooks did unless told. Effects that nobody spoke of were unknown. */
export const readWebhooks: Conversion = (configuration) =>
  changedEach(configuration as unknown as Fields, "webhooks", (webhook) =>
    withDefaults(webhook, {
      failurePolicy: "Ignore",
      matchPolicy: "Exact",
      sideEffects: "Unknown",
      timeoutSeconds: 30,
      admissionReviewVersions: ["v1beta1"],
    }),
  ) as unknown as KubeObject;

/** Requests did not name their signer, and a verdict was true by being there. */
export const readSigningRequest: Conversion = (request) =>
  changed(
    inSpec((spec) =>
      withDefaults(spec, {
        signerName: "kubernetes.io/legacy-unknown",
        usages: ["digital signature", "key encipherment"],
      }),
    )(request) as unknown as Fields,
    "status",
    (status) => changedEach(status, "conditions", (condition) => withDefaults(condition, { status: "True" })),
  ) as unknown as KubeObject;
