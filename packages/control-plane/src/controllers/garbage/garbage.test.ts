/** What belongs to an object that goes, at work on the whole API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OwnerReference } from "@kubus/shared/api/meta.ts";
import type { DeleteOptions } from "../../api/objects.ts";
import { configMapKind, leaseKind, namespaceKind, nodeKind } from "../../kinds/index.ts";
import { customResourceDefinitionKind } from "../../kinds/apiextensions/index.ts";
import { customResourceDefinitionController } from "../crd/controller.ts";
import { aCluster } from "../testing/cluster.ts";
import { garbageController } from "./controller.ts";

const inDefault = (name: string) => ({ namespace: "default", name });

async function aFamily() {
  const cluster = await aCluster([garbageController, customResourceDefinitionController]);
  const make = (name: string, owners: readonly OwnerReference[] = [], namespace = "default") =>
    cluster.create(configMapKind, { metadata: { name, namespace, ownerReferences: owners } });
  const refTo = (
    { metadata: { name, uid } }: Awaited<ReturnType<typeof make>>,
    holds = false,
  ): OwnerReference => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    name,
    uid,
    ...(holds ? { blockOwnerDeletion: true } : {}),
  });
  const remove = async (name: string, propagationPolicy: NonNullable<DeleteOptions["propagationPolicy"]>) => {
    await cluster.objects.delete(configMapKind, inDefault(name), { propagationPolicy });
    await cluster.rest();
  };
  return { ...cluster, make, refTo, remove, names: () => cluster.names(configMapKind, "default") };
}

test("in the background children and grandchildren follow, strangers stay", async () => {
  const family = await aFamily();
  const parent = await family.make("parent");
  const child = await family.make("child", [family.refTo(parent)]);
  await family.make("grandchild", [family.refTo(child)]);
  await family.make("stranger");
  await family.remove("parent", "Background");
  assert.deepEqual(family.names(), ["stranger"]);
});

test("INVARIANT: a child of two stays with the one that lives, and forgets the other", async () => {
  const family = await aFamily();
  const [one, two] = [await family.make("one"), await family.make("two")];
  await family.make("child", [family.refTo(one), family.refTo(two)]);
  await family.remove("one", "Background");
  assert.deepEqual(family.names(), ["child", "two"]);
  const child = family.cache.get(configMapKind, "default", "child");
  assert.deepEqual(child?.metadata.ownerReferences, [family.refTo(two)]);
});

test("in the foreground the parent goes last, and waits for a child that is held", async () => {
  const family = await aFamily();
  const parent = await family.make("parent");
  const child = await family.make("child", [family.refTo(parent, true)]);
  await family.make("grandchild", [family.refTo(child, true)]);
  await family.objects.patch(configMapKind, inDefault("grandchild"), {
    metadata: { finalizers: ["test/held"] },
  });
  await family.remove("parent", "Foreground");
  assert.deepEqual(family.names(), ["child", "grandchild", "parent"]);
  await family.objects.patch(configMapKind, inDefault("grandchild"), { metadata: { finalizers: [] } });
  await family.rest();
  assert.deepEqual(family.names(), []);
});

test("in the foreground children go at once that do not hold their parent", async () => {
  const family = await aFamily();
  const parent = await family.make("parent");
  await family.make("holding", [family.refTo(parent, true)]);
  await family.objects.patch(configMapKind, inDefault("holding"), {
    metadata: { finalizers: ["test/held"] },
  });
  await family.make("free", [family.refTo(parent)]);
  await family.remove("parent", "Foreground");
  assert.deepEqual(family.names(), ["holding", "parent"]);
});

test("objects that own each other in a circle do not wait for each other for ever", async () => {
  const family = await aFamily();
  const one = await family.make("one");
  const two = await family.make("two", [family.refTo(one, true)]);
  const ownerReferences = [family.refTo(two, true)];
  await family.objects.patch(configMapKind, inDefault("one"), { metadata: { ownerReferences } });
  await family.rest();
  assert.deepEqual(family.names(), ["one", "two"]);
  await family.remove("one", "Foreground");
  assert.deepEqual(family.names(), []);
});

test("orphans stay and forget their parent", async () => {
  const family = await aFamily();
  const parent = await family.make("parent");
  await family.make("child", [family.refTo(parent, true)]);
  await family.remove("parent", "Orphan");
  assert.deepEqual(family.names(), ["child"]);
  assert.equal(family.cache.get(configMapKind, "default", "child")?.metadata.ownerReferences?.length ?? 0, 0);
});

test("an owner that never was, or has another uid by now, is no owner", async () => {
  const family = await aFamily();
  const parent = await family.make("parent");
  await family.make("child", [{ ...family.refTo(parent), uid: "00000000-0000-4000-8000-000000000000" }]);
  assert.deepEqual(family.names(), ["parent"]);
});

test("an owner in another namespace is no owner, and that is said aloud", async () => {
  const family = await aFamily();
  await family.objects.create(namespaceKind, { metadata: { name: "far" } });
  const parent = await family.make("parent", [], "far");
  await family.make("child", [family.refTo(parent)]);
  assert.deepEqual(family.names(), []);
  assert.equal(family.events("OwnerRefInvalidNamespace").length, 1);
});

test("an object of the whole cluster with an owner in a namespace is never collected, and that is said aloud", async () => {
  const family = await aFamily();
  const parent = await family.make("parent");
  const ghost = { ...family.refTo(parent), name: "ghost", uid: "00000000-0000-4000-8000-000000000002" };
  for (const [name, owner] of [
    ["living", family.refTo(parent)],
    ["dead", ghost],
  ] as const)
    await family.create(nodeKind, { metadata: { name, ownerReferences: [owner] }, spec: {} });
  await family.advance(60_000);
  assert.deepEqual(family.cache.list(nodeKind).length, 2);
  assert.equal(family.events("OwnerRefInvalidNamespace").length, 2);
});

test("an owner of the right uid and another name is no owner", async () => {
  const family = await aFamily();
  const parent = await family.make("parent");
  await family.make("child", [{ ...family.refTo(parent), name: "uncle" }]);
  assert.deepEqual(family.names(), ["parent"]);
});

test("when a custom kind vanishes, what its objects owned stays", async () => {
  const family = await aFamily();
  const crd = await family.create(customResourceDefinitionKind, aDefinition());
  const robots = family.cache.kinds().find(({ kind }) => kind === "Robot") ?? assert.fail();
  const robot = await family.objects.create(robots, { metadata: inDefault("r2") });
  const owner = { apiVersion: "example.org/v1", kind: "Robot", name: "r2", uid: robot.metadata.uid };
  await family.make("child", [owner]);
  await family.objects.delete(robots, inDefault("r2"));
  await family.rest();
  assert.deepEqual(family.names(), [], "as long as the kind is known its end is seen");
  await family.objects.delete(customResourceDefinitionKind, { name: crd.metadata.name });
  await family.rest();
  await family.make("late", [owner]);
  assert.deepEqual(family.names(), ["late"]);
});

const aDefinition = () => ({
  metadata: { name: "robots.example.org" },
  spec: {
    group: "example.org",
    names: { plural: "robots", singular: "robot", kind: "Robot", listKind: "RobotList" },
    scope: "Namespaced" as const,
    versions: [
      { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" as const } } },
    ],
  },
});

test("an owner of a kind that nobody here knows is left alone", async () => {
  const family = await aFamily();
  await family.make("child", [{ apiVersion: "example.org/v1", kind: "Robot", name: "r2", uid: "robot-1" }]);
  assert.deepEqual(family.names(), ["child"]);
});

test("a young object may have an owner in the other store that was not seen yet; an old one may not", async () => {
  const family = await aFamily();
  const owner = {
    apiVersion: "v1",
    kind: "Node",
    name: "board-1",
    uid: "00000000-0000-4000-8000-000000000001",
  };
  await family.create(leaseKind, { metadata: { ...inDefault("board-1"), ownerReferences: [owner] } });
  await family.advance(5_000);
  assert.deepEqual(family.cache.list(leaseKind).length, 1);
  await family.advance(7_000);
  assert.deepEqual(family.cache.list(leaseKind).length, 0);
});

test("a lease goes with its node", async () => {
  const family = await aFamily();
  const node = await family.create(nodeKind, { metadata: { name: "board-1" }, spec: {} });
  const owner = { apiVersion: "v1", kind: "Node", name: "board-1", uid: node.metadata.uid };
  await family.create(leaseKind, { metadata: { ...inDefault("board-1"), ownerReferences: [owner] } });
  await family.advance(60_000);
  await family.objects.delete(nodeKind, { name: "board-1" });
  await family.rest();
  assert.deepEqual(family.cache.list(leaseKind).length, 0);
});
