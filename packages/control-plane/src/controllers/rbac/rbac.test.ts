/** The default policy: put in place, completed, left alone; and roles that gather others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterRole, RoleBinding } from "@kubus/shared/api/rbac.ts";
import { clusterRoleBindingKind, clusterRoleKind } from "../../kinds/rbac/index.ts";
import { aCluster } from "../testing/cluster.ts";
import { rbacAggregationController } from "./aggregation.ts";
import { rbacPolicyController } from "./controller.ts";
import { defaultPolicy } from "./policy/index.ts";
import { reconcilePolicy } from "./reconcile.ts";

test("a cluster is born with Kubernetes' roles, and comes to rest", async () => {
  const { cache, rest } = await aCluster([rbacPolicyController, rbacAggregationController]);
  await rest();
  assert.equal(
    defaultPolicy.every(
      ({ kind, object: { metadata } }) =>
        cache.get(kind, metadata.namespace, metadata.name ?? "") !== undefined,
    ),
    true,
  );
  const rulesOf = (name: string) => cache.get(clusterRoleKind, undefined, name)?.rules ?? [];
  const grants = (name: string, resource: string, verb: string) =>
    rulesOf(name).some(({ resources = [], verbs }) => resources.includes(resource) && verbs.includes(verb));
  // admin gathers edit, which gathers view.
  assert.deepEqual(
    ["view", "edit", "admin"].map((name) => [
      grants(name, "pods", "list"),
      grants(name, "secrets", "get"),
      grants(name, "rolebindings", "create"),
    ]),
    [
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ],
  );
});

test("a role that is labelled later is gathered, and given back when it goes", async () => {
  const { cache, create, objects, rest } = await aCluster([rbacPolicyController, rbacAggregationController]);
  await rest();
  const rule = { apiGroups: ["example.com"], resources: ["crontabs"], verbs: ["get"] };
  const labels = { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
  const has = () =>
    (cache.get(clusterRoleKind, undefined, "admin")?.rules ?? []).some(({ resources = [] }) =>
      resources.includes("crontabs"),
    );
  await create(clusterRoleKind, { metadata: { name: "crontabs", labels }, rules: [rule] });
  assert.equal(has(), true);
  await objects.delete(clusterRoleKind, { name: "crontabs" });
  await rest();
  assert.equal(has(), false);
});

const named = (name: string, kind: object) => {
  const found = defaultPolicy.find(({ kind: row, object }) => row === kind && object.metadata.name === name);
  assert.ok(found);
  return found;
};
const stored = (object: object, change: object) =>
  ({ ...object, ...change }) as unknown as ClusterRole & RoleBinding;

test("what a role lacks is added, and what was added to it stays", () => {
  const wanted = named("system:basic-user", clusterRoleKind);
  const own = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };
  const found = stored(wanted.object, { rules: [own] });
  const { effects } = reconcilePolicy({ wanted, found });
  assert.equal(effects.length, 1);
  const [effect] = effects;
  assert.ok(effect?.type === "patch");
  const { rules } = effect.patch as ClusterRole;
  assert.deepEqual(rules?.[0], own);
  assert.equal(rules.length, 4);
  assert.deepEqual(reconcilePolicy({ wanted, found: { ...found, rules: [...rules] } }).effects, []);
});

test("an object that shall not be updated is left alone", () => {
  const wanted = named("system:basic-user", clusterRoleKind);
  const annotations = { "rbac.authorization.kubernetes.io/autoupdate": "false" };
  const metadata = { ...wanted.object.metadata, annotations };
  const found = stored(wanted.object, { rules: [], metadata });
  assert.deepEqual(reconcilePolicy({ wanted, found }).effects, []);
});

test("a binding of another role is made anew", () => {
  const wanted = named("system:discovery", clusterRoleBindingKind);
  const roleRef = { ...wanted.object.roleRef, name: "cluster-admin" };
  const found = stored(wanted.object, { roleRef });
  assert.deepEqual(
    reconcilePolicy({ wanted, found }).effects.map(({ type }) => type),
    ["delete", "create"],
  );
});
