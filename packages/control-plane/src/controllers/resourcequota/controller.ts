/**
 * Quotas: woken by themselves, and by whatever gives something back in their namespace.
 *
 * What was charged lately, and by whom, is remembered here and not in the store: whoever leads anew gives back a little
 * later.
 */
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { keyOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import { add, amountsOf, type Amounts } from "../../api/admission/amounts.ts";
import type { QuotaCharges } from "../../api/admission/quota/accounts.ts";
import { limitedFor, matchesScopes } from "../../api/admission/quota/scopes.ts";
import { usageOf } from "../../api/admission/quota/usage.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { resourceQuotaKind } from "../../kinds/index.ts";
import type { Kind } from "../../kinds/kind.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey } from "../workload/wake.ts";
import { reconcile, usedOf, type QuotaView } from "./reconcile.ts";
import { makeStrangers } from "./strangers.ts";

export function resourceQuotaController(charges: QuotaCharges) {
  const strangers = makeStrangers();
  return defineController<QuotaView>({
    name: "resourcequota",
    guarantee: "A ResourceQuota says what its namespace uses, and gives back what is not used any more.",
    watches: [
      { kind: resourceQuotaKind, wakes: ({ object }) => [keyOf(object)] },
      { kind: "every", wakes: wakeQuotas },
    ],
    observe: (key, { cache, now }) => {
      const { namespace, name } = splitKey(key);
      const quota = cache.get(resourceQuotaKind, namespace, name);
      if (quota === undefined) {
        strangers.forget(key);
        return { quota, counted: {}, underWay: {} };
      }
      // In this order: what is over after the first look is visible in the second.
      const own = charges.underWay(quota);
      const others = strangers.underWay(quota, charges.charged(quota), now);
      const counted = countedFor(quota, cache, now);
      const underWay = add(own, others);
      strangers.writes(quota, amountsOf(usedOf(quota, { counted, underWay }).used));
      return { quota, counted, underWay };
    },
    reconcile,
    isGone: ({ quota }) => quota === undefined,
  });
}

function countedFor(quota: ResourceQuota, cache: Cache, now: number): Amounts {
  const { hard = {} } = quota.spec;
  const { namespace } = quota.metadata;
  const limited = cache
    .kinds()
    .filter((kind) => kind.scope === "Namespaced" && limitedFor(kind, hard).length > 0);
  const usages = limited.flatMap((kind) =>
    cache
      .list(kind, namespace)
      .filter((object) => matchesScopes(quota, kind, object))
      .map((object) => usageOf(kind, object, now)),
  );
  return usages.reduce(add, {});
}

/** Whatever goes or takes less: a deletion, a pod that is over, a service of a cheaper type. */
function wakeQuotas({ type, kind, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  const { namespace } = object.metadata;
  if (namespace === undefined || type === "ADDED" || kind === resourceQuotaKind) return [];
  const quotas = cache.list(resourceQuotaKind, namespace);
  if (quotas.length === 0) return [];
  if (type === "MODIFIED" && previous !== undefined && !mayTakeLess(kind, object, previous)) return [];
  return quotas.filter(({ spec }) => limitedFor(kind, spec.hard ?? {}).length > 0).map(keyOf);
}

function mayTakeLess(kind: Kind, object: KubeObject, previous: KubeObject): boolean {
  if (kind.group !== "" || !["pods", "services", "persistentvolumeclaims"].includes(kind.plural))
    return false;
  const [after, before] = [usageOf(kind, object, 0), usageOf(kind, previous, 0)];
  return Object.entries(before).some(
    ([name, { billionths }]) => (after[name]?.billionths ?? 0n) < billionths,
  );
}
