/** The default policy is put in place whenever a server begins to lead. What people delete meanwhile stays deleted. */
import { defineController } from "../engine/controller.ts";
import { defaultPolicy } from "./policy/index.ts";
import { reconcilePolicy, type PolicyView } from "./reconcile.ts";

const keyOf = ({ kind, object: { metadata } }: (typeof defaultPolicy)[number]): string =>
  `${kind.kind} ${metadata.namespace ?? ""}/${metadata.name ?? ""}`;

const byKey = new Map(defaultPolicy.map((wanted) => [keyOf(wanted), wanted]));

export const rbacPolicyController = defineController<PolicyView | undefined>({
  name: "rbac-policy",
  guarantee: "Every role and binding of the default policy exists, with at least its rules and subjects.",
  watches: [],
  alsoWakes: (wake) => {
    for (const key of byKey.keys()) wake(key);
    return { unsubscribe: () => undefined };
  },
  observe: (key, { cache }) => {
    const wanted = byKey.get(key);
    if (wanted === undefined) return undefined;
    const { name = "", namespace } = wanted.object.metadata;
    return { wanted, found: cache.get(wanted.kind, namespace, name) as PolicyView["found"] };
  },
  reconcile: (view) => (view === undefined ? { effects: [] } : reconcilePolicy(view)),
});
