/** Whom a change wakes, and what an owner has to do with: found without going through everything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { CacheEvent } from "../../cache/cache.ts";
import { namespaceKind, podKind, replicaSetKind } from "../../kinds/index.ts";
import { aPod, aPodSpec, aReplicaSet } from "../testing/builders.ts";
import { aCluster, type Cluster } from "../testing/cluster.ts";
import { labelsAskedFor, labelsToLookFor, matcherOf } from "./selection.ts";
import { candidatesOf, wakeOwners } from "./wake.ts";

const wakes = wakeOwners({ ownerKind: replicaSetKind, selectorOf: ({ spec }) => spec.selector });

async function aNamespaceOf(selectors: Readonly<Record<string, LabelSelector>>): Promise<Cluster> {
  const cluster = await aCluster();
  await cluster.create(namespaceKind, { metadata: { name: "other" } });
  for (const [name, selector] of Object.entries(selectors)) {
    const labels = { app: name, tier: "front", zone: "a" };
    const template = { metadata: { labels }, spec: aPodSpec };
    await cluster.create(replicaSetKind, {
      metadata: { namespace: "default", name },
      spec: { replicas: 0, selector, template },
    });
  }
  return cluster;
}
const event = (type: CacheEvent["type"], object: CacheEvent["object"], previous?: CacheEvent["object"]) => ({
  ...{ type, kind: podKind, revision: 1, object, json: () => new Uint8Array() },
  ...(previous === undefined ? {} : { previous }),
});
const orphan = (labels: Readonly<Record<string, string>>) => aPod("orphan", { meta: { labels } });

test("an orphan wakes everybody whose selector means it, however that is written", async () => {
  const cluster = await aNamespaceOf({
    exact: { matchLabels: { app: "exact" } },
    several: { matchExpressions: [{ key: "app", operator: "In", values: ["several", "exact"] }] },
    any: { matchExpressions: [{ key: "tier", operator: "Exists" }] },
    without: { matchExpressions: [{ key: "batch", operator: "DoesNotExist" }] },
    both: {
      matchLabels: { zone: "a" },
      matchExpressions: [{ key: "app", operator: "NotIn", values: ["exact"] }],
    },
  });
  const woken = (labels: Readonly<Record<string, string>>) =>
    [...wakes(event("ADDED", orphan(labels)), cluster.cache)].map((key) => key.split("/")[1]).toSorted();
  assert.deepEqual(woken({ app: "exact" }), ["exact", "several", "without"]);
  assert.deepEqual(woken({ app: "several", tier: "x" }), ["any", "several", "without"]);
  assert.deepEqual(woken({ app: "x", zone: "a", batch: "y" }), ["both"]);
  assert.deepEqual(woken({ batch: "y" }), []);
  const elsewhere = aPod("orphan", { meta: { namespace: "other", labels: { app: "exact" } } });
  assert.deepEqual(wakes(event("ADDED", elsewhere), cluster.cache), []);
  assert.deepEqual(wakes(event("DELETED", orphan({ app: "exact" })), cluster.cache), []);
});

test("what is owned wakes its owner, and the one that it had before; nobody else", async () => {
  const cluster = await aNamespaceOf({ web: { matchLabels: { app: "web" } } });
  const [one, two] = [aReplicaSet("one"), aReplicaSet("two")];
  const pod = aPod("a", { owner: two });
  assert.deepEqual(wakes(event("MODIFIED", pod, aPod("a", { owner: one })), cluster.cache), [
    "default/two",
    "default/one",
  ]);
  assert.deepEqual(wakes(event("DELETED", pod, pod), cluster.cache), ["default/two"]);
  const released = wakes(event("MODIFIED", aPod("a"), aPod("a", { owner: one })), cluster.cache);
  assert.deepEqual(released, ["default/one", "default/web"]);
});

test("an owner has to do with what it controls and with the orphans that it means", async () => {
  const cluster = await aNamespaceOf({ web: { matchLabels: { app: "web" } } });
  const make = (namespace: string, name: string, more: object) =>
    cluster.create(podKind, { metadata: { namespace, name, ...more }, spec: aPodSpec });
  const object = cluster.cache.get(replicaSetKind, "default", "web") ?? assert.fail();
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", controller: true };
  const web = { labels: { app: "web" } };
  await make("default", "mine", { ownerReferences: [{ ...owner, name: "web", uid: object.metadata.uid }] });
  await make("default", "theirs", { ...web, ownerReferences: [{ ...owner, name: "other", uid: "other" }] });
  await make("default", "orphan", web);
  await make("default", "held", {
    ...web,
    ownerReferences: [{ ...owner, controller: false, name: "holder", uid: "holder" }],
  });
  await make("default", "stranger", { labels: { app: "db" } });
  await make("other", "far", web);
  const { selector } = object.spec;
  const names = candidatesOf(cluster.cache, podKind, { object, selector }).map(
    ({ metadata }) => metadata.name,
  );
  assert.deepEqual(names.toSorted(), ["held", "mine", "orphan"]);
});

test("INVARIANT: what a selector means is found under the labels that it asks for", () => {
  const values = ["a", "b"];
  const labelSets = [undefined, {}, ...values.flatMap((x) => [{ x }, ...values.map((y) => ({ x, y }))])];
  const operators = ["In", "NotIn", "Exists", "DoesNotExist"] as const;
  const selectors: readonly (LabelSelector | undefined)[] = [
    undefined,
    {},
    ...values.map((x) => ({ matchLabels: { x } })),
    ...operators.flatMap((operator) =>
      ["x", "y"].flatMap((key) => [
        { matchExpressions: [{ key, operator, values }] },
        { matchLabels: { x: "a" }, matchExpressions: [{ key, operator, values: ["b"] }] },
      ]),
    ),
  ];
  let meant = 0;
  for (const selector of selectors) {
    for (const labels of labelSets) {
      if (!matcherOf(selector)(labels)) continue;
      meant += 1;
      const asked = labelsAskedFor(selector);
      const found = labelsToLookFor(labels).some((label) => asked.includes(label));
      assert.ok(found, `${JSON.stringify(selector)} means ${JSON.stringify(labels)}`);
    }
  }
  assert.ok(meant > 20);
  assert.deepEqual(labelsAskedFor({}), []);
});
