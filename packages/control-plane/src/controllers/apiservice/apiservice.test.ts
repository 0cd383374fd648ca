/** API services: one for each version of a group that is served. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { apiServiceKind, configMapKind, servedKinds } from "../../kinds/index.ts";
import type { Kind } from "../../kinds/kind.ts";
import { makeKindTable } from "../../kinds/kind-table.ts";
import { aCluster } from "../testing/cluster.ts";
import { apiServiceController } from "./controller.ts";
import { servedVersions } from "./priorities.ts";
import { reconcile } from "./reconcile.ts";

const widget = {
  ...configMapKind,
  group: "example.com",
  version: "v1beta1",
  kind: "Widget",
  plural: "widgets",
};

/** A cluster whose table of kinds the test changes. */
async function aTable() {
  let table = makeKindTable(servedKinds);
  const listeners = new Set<() => void>();
  const kinds = {
    served: () => table.served(),
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return { unsubscribe: () => void listeners.delete(listener) };
    },
  };
  const add = (...rows: readonly Kind[]) => {
    table = makeKindTable([...servedKinds, ...rows]);
    for (const listener of listeners) listener();
  };
  const cluster = await aCluster([apiServiceController(kinds)]);
  await cluster.rest();
  return { ...cluster, add, get: (name: string) => cluster.cache.get(apiServiceKind, undefined, name) };
}

test("every version of every group has one, that is available", async () => {
  const { names, get } = await aTable();
  const told = servedKinds.filter(({ isHidden }) => isHidden !== true);
  const expected = new Set(told.map(({ group, version }) => `${version}.${group}`));
  assert.deepEqual(names(apiServiceKind), [...expected].sort());
  const apps = get("v1.apps");
  assert.deepEqual(apps?.metadata.labels, { "kube-aggregator.kubernetes.io/automanaged": "onstart" });
  assert.deepEqual(apps.spec, {
    group: "apps",
    version: "v1",
    groupPriorityMinimum: 17_800,
    versionPriority: 15,
  });
  const [available] = apps.status?.conditions ?? [];
  assert.deepEqual([available?.type, available?.status, available?.reason], ["Available", "True", "Local"]);
  assert.equal(get("v1.")?.spec?.group, undefined);
});

test("what somebody deletes or changes is made right again", async () => {
  const { objects, rest, get } = await aTable();
  await objects.delete(apiServiceKind, { name: "v1.apps" });
  await objects.patch(apiServiceKind, { name: "v1." }, { spec: { groupPriorityMinimum: 1 } });
  await rest();
  assert.equal(get("v1.apps")?.status?.conditions?.[0]?.status, "True");
  assert.equal(get("v1.")?.spec?.groupPriorityMinimum, 18_000);
});

test("those of custom resources come and go with them", async () => {
  const { add, rest, get } = await aTable();
  add(widget);
  await rest();
  const custom = get("v1beta1.example.com");
  assert.equal(custom?.metadata.labels?.["kube-aggregator.kubernetes.io/automanaged"], "true");
  assert.deepEqual(custom.spec, {
    group: "example.com",
    version: "v1beta1",
    groupPriorityMinimum: 1_000,
    versionPriority: 100,
  });
  add();
  await rest();
  assert.equal(get("v1beta1.example.com"), undefined);
});

test("one that a person made stays, and is told to be local", () => {
  const apiService = {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1.mine", uid: "1", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
  };
  const { effects } = reconcile({ name: "v1.mine", served: undefined, apiService, now: 0 });
  assert.deepEqual(
    effects.map(({ type }) => type),
    ["writeStatus"],
  );
});

test("later and stable versions come first, and hidden ones have none", () => {
  const rows = ["v1", "v2", "v1beta1", "v1alpha1"].map((version) => ({ group: "autoscaling", version }));
  const hidden = { group: "extensions", version: "v1beta1", isHidden: true };
  const ranked = [...servedVersions([...rows, hidden], () => true).values()]
    .sort((a, b) => b.versionPriority - a.versionPriority)
    .map(({ version }) => version);
  assert.deepEqual(ranked, ["v2", "v1", "v1beta1", "v1alpha1"]);
});
