/** Bootstrap tokens go when their time is over. Pure; Kubernetes' tokencleaner. */
import type { Secret } from "@kubus/shared/api/core.ts";
import { secretKind } from "../../kinds/index.ts";
import { nothing, type Plan } from "../engine/plan.ts";
import { targetOf } from "../workload/ownership.ts";

export const bootstrapTokenType = "bootstrap.kubernetes.io/token";

export interface TokenView {
  /** Only what is a bootstrap token. */
  readonly token: Secret | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export const isBootstrapToken = ({ type, metadata }: Secret): boolean =>
  type === bootstrapTokenType && metadata.namespace === "kube-system";

/** Wall-clock milliseconds; undefined when it never ends. What is no time at all has ended. */
export function endOf({ data = {} }: Secret): number | undefined {
  const text = Buffer.from(data["expiration"] ?? "", "base64").toString();
  if (text === "") return undefined;
  const end = Date.parse(text);
  return Number.isNaN(end) ? 0 : end;
}

export function reconcile({ token, now }: TokenView): Plan {
  const end = token === undefined ? undefined : endOf(token);
  if (token === undefined || end === undefined || end > now) return nothing;
  const { uid, resourceVersion, deletionTimestamp } = token.metadata;
  if (deletionTimestamp !== undefined) return nothing;
  // One whose end was moved meanwhile stays.
  const options = { preconditions: { uid, resourceVersion } };
  return { effects: [{ type: "delete", kind: secretKind, target: targetOf(token), options }] };
}
