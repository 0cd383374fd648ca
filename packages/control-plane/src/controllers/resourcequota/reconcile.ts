/**
 * What a quota's status says: the limits that hold, and what is used of them. Pure.
 *
 * Admission only adds. What was given back, or was charged for an object that was never stored, is found by counting;
 * but never is less said than what is counted and what may still be under way.
 */
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import type { ResourceList } from "@kubus/shared/api/pod.ts";
import { amountsOf, plus, shown, zero, type Amounts } from "../../api/admission/amounts.ts";
import { resourceQuotaKind } from "../../kinds/index.ts";
import { nothing, type Plan } from "../engine/plan.ts";

export const quotaLimits = {
  /** How often everything is counted although nothing is known to have changed; Kubernetes' own period. */
  resyncMs: 5 * 60_000,
  /** How soon something that was under way is looked at again. */
  underWayMs: 1_000,
} as const;

export interface QuotaView {
  readonly quota: ResourceQuota | undefined;
  /** What living objects take. */
  readonly counted: Amounts;
  /** Charged for objects that may not be visible yet. */
  readonly underWay: Amounts;
}

export function reconcile(view: QuotaView): Plan {
  const { quota } = view;
  if (quota === undefined) return nothing;
  const { used, isAllSeen } = usedOf(quota, view);
  const requeueAfterMs = isAllSeen ? quotaLimits.resyncMs : quotaLimits.underWayMs;
  const { status } = quota;
  const hard = quota.spec.hard ?? {};
  if (isSameList(status?.hard, hard) && isSameList(status?.used, used))
    return { effects: [], requeueAfterMs };
  const { namespace = "", name, resourceVersion } = quota.metadata;
  const target = { namespace, name, resourceVersion };
  const patch = { hard: replacing(status?.hard, hard), used: replacing(status?.used, used) };
  return {
    effects: [{ type: "writeStatus", kind: resourceQuotaKind, target, status: patch }],
    requeueAfterMs,
  };
}

/** What the status shall say is used, and whether that is what is counted. */
export function usedOf(
  { spec, status }: ResourceQuota,
  { counted, underWay }: Pick<QuotaView, "counted" | "underWay">,
): { readonly used: ResourceList; readonly isAllSeen: boolean } {
  const charged = amountsOf(status?.used);
  let isAllSeen = true;
  const entries = Object.keys(spec.hard ?? {}).map((name) => {
    const known = counted[name] ?? zero;
    const most = plus(known, underWay[name] ?? zero);
    const said = charged[name] ?? zero;
    if (said.billionths <= known.billionths || most.billionths <= known.billionths)
      return [name, shown(known)];
    isAllSeen = false;
    return [name, shown(said.billionths < most.billionths ? said : most)];
  });
  return { used: Object.fromEntries(entries) as ResourceList, isAllSeen };
}

/** A merge patch that makes `next` of `before`. */
const replacing = (before: ResourceList | undefined, next: ResourceList): object => ({
  ...Object.fromEntries(Object.keys(before ?? {}).map((name) => [name, null])),
  ...next,
});

function isSameList(one: ResourceList | undefined, other: ResourceList): boolean {
  if (one === undefined) return false;
  const [a, b] = [amountsOf(one), amountsOf(other)];
  return Object.keys({ ...a, ...b }).every(
    (name) => a[name] !== undefined && a[name].billionths === b[name]?.billionths,
  );
}
