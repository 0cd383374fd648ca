/** ClusterRoles that gather the rules of others: the rules are written whenever one of the others changes. */
import type { ClusterRole, PolicyRule } from "@kubus/shared/api/rbac.ts";
import { isSame } from "../../api/same.ts";
import { labelQueryOf, matchesLabels } from "../../api/selectors.ts";
import type { CacheEvent, Cache } from "../../cache/cache.ts";
import { clusterRoleKind } from "../../kinds/rbac/index.ts";
import { defineController } from "../engine/controller.ts";
import { nothing, type Plan } from "../engine/plan.ts";

export interface AggregationView {
  readonly role: ClusterRole | undefined;
  /** Sorted by name. */
  readonly all: readonly ClusterRole[];
}

export const rbacAggregationController = defineController<AggregationView>({
  name: "clusterrole-aggregation",
  guarantee:
    "A ClusterRole with an aggregationRule has exactly the rules of the ClusterRoles that it selects.",
  watches: [{ kind: clusterRoleKind, wakes: wakeGatherers }],
  observe: (name, { cache }) => ({
    role: cache.get(clusterRoleKind, undefined, name),
    all: cache.list(clusterRoleKind),
  }),
  reconcile: aggregate,
  isGone: ({ role }) => role?.aggregationRule === undefined,
});

function wakeGatherers(_: CacheEvent, cache: Cache): readonly string[] {
  return cache
    .list(clusterRoleKind)
    .filter(({ aggregationRule }) => aggregationRule !== undefined)
    .map(({ metadata }) => metadata.name);
}

export function aggregate({ role, all }: AggregationView): Plan {
  if (role?.aggregationRule === undefined || role.metadata.deletionTimestamp !== undefined) return nothing;
  const rules = gatheredBy(role, all);
  if (isSame(role.rules ?? [], rules)) return nothing;
  const target = { name: role.metadata.name };
  return { effects: [{ type: "patch", kind: clusterRoleKind, target, patch: { rules } }] };
}

/** In the order of the selectors, then of names; each rule once. */
function gatheredBy(role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const query = labelQueryOf(selector);
    for (const other of all) {
      if (other.metadata.name === role.metadata.name || !matchesLabels(query, other.metadata.labels))
        continue;
      rules.push(...(other.rules ?? []).filter((rule) => !rules.some((known) => isSame(known, rule))));
    }
  }
  return rules;
}
