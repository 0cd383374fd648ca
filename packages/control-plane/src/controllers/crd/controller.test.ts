/** CustomResourceDefinitions at work: names, the status, and the end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";
import { aCronTab, aDefinition } from "../../apiextensions/testing/definitions.ts";
import { conditionOf } from "../../apiextensions/conditions.ts";
import { customResourceDefinitionKind } from "../../kinds/apiextensions/index.ts";
import { configMapKind, namespaceKind } from "../../kinds/index.ts";
import type { Kind } from "../../kinds/kind.ts";
import { garbageController } from "../garbage/controller.ts";
import { namespaceController } from "../namespace/controller.ts";
import { aCluster } from "../testing/cluster.ts";
import { customResourceDefinitionController } from "./controller.ts";

const name = "crontabs.stable.example.com";

async function withDefinition() {
  const cluster = await aCluster([
    customResourceDefinitionController,
    garbageController,
    namespaceController,
  ]);
  const define = (definition: object) =>
    cluster.create(customResourceDefinitionKind, definition as CustomResourceDefinition);
  await define(aDefinition());
  await cluster.rest();
  const definition = (wanted = name) => cluster.cache.get(customResourceDefinitionKind, undefined, wanted);
  const conditions = (wanted = name) =>
    ["NamesAccepted", "Established", "Terminating"].map((type) => {
      const crd = definition(wanted);
      const found = crd === undefined ? undefined : conditionOf(crd, type);
      return found === undefined ? undefined : `${found.status} ${found.reason ?? ""}`;
    });
  const kind = (): Kind => {
    const found = cluster.cache.kinds().find(({ plural }) => plural === "crontabs");
    assert.ok(found !== undefined);
    return found;
  };
  const make = (own: string, more: object = {}) => {
    const { metadata, ...rest } = aCronTab(own);
    return cluster.create(kind(), {
      ...rest,
      metadata: { ...metadata, namespace: "default", ...more },
    });
  };
  return { ...cluster, define, definition, conditions, kind, make };
}

test("a definition whose names are free is established", async () => {
  const { conditions, definition } = await withDefinition();
  assert.deepEqual(conditions(), ["True NoConflicts", "True InitialNamesAccepted", undefined]);
  assert.deepEqual(definition()?.status?.acceptedNames, {
    plural: "crontabs",
    singular: "crontab",
    shortNames: ["ct"],
    kind: "CronTab",
    listKind: "CronTabList",
    categories: ["all"],
  });
  assert.deepEqual(definition()?.status?.storedVersions, ["v1"]);
});

test("a definition whose names are taken waits until they are free", async () => {
  const { cache, conditions, define, definition, objects, rest } = await withDefinition();
  const other = aDefinition({ names: { plural: "others", kind: "CronTab" } });
  await define({ ...other, metadata: { name: "others.stable.example.com" } });
  await rest();
  const otherName = "others.stable.example.com";
  assert.deepEqual(conditions(otherName), ["False ListKindConflict", "False NotAccepted", undefined]);
  const crd = definition(otherName);
  assert.equal(crd && conditionOf(crd, "NamesAccepted")?.message, '"CronTabList" is already in use');
  assert.equal(
    cache.kinds().some(({ plural }) => plural === "others"),
    false,
  );
  await objects.delete(customResourceDefinitionKind, { name });
  await rest();
  assert.deepEqual(conditions(otherName), ["True NoConflicts", "True InitialNamesAccepted", undefined]);
  assert.equal(
    cache.kinds().some(({ plural }) => plural === "others"),
    true,
  );
});

test("a definition takes its objects along, and waits for those that are held", async () => {
  const { cache, conditions, definition, kind, make, objects, rest } = await withDefinition();
  await make("free");
  await make("held", { finalizers: ["example.com/hold"] });
  const row = kind();
  await objects.delete(customResourceDefinitionKind, { name });
  await rest();
  assert.deepEqual(
    cache.list(row).map(({ metadata }) => metadata.name),
    ["held"],
  );
  assert.equal(conditions()[2], "True InstanceDeletionInProgress");
  await objects.patch(kind(), { namespace: "default", name: "held" }, { metadata: { finalizers: [] } });
  await rest();
  assert.equal(definition(), undefined);
  assert.equal(
    cache.kinds().some(({ plural }) => plural === "crontabs"),
    false,
  );
  assert.deepEqual(cache.list(row), [], "nothing is left of a kind that is gone");
});

test("custom objects own others, are owned, and go with their namespace", async () => {
  const { cache, create, kind, make, objects, rest } = await withDefinition();
  const { metadata } = await make("owner");
  const owned = {
    ownerReferences: [
      { apiVersion: "stable.example.com/v1", kind: "CronTab", name: "owner", uid: metadata.uid },
    ],
  };
  await make("child", owned);
  await create(configMapKind, { metadata: { name: "map", namespace: "default", ...owned } });
  await rest();
  assert.equal(cache.list(kind()).length, 2);
  await objects.delete(kind(), { namespace: "default", name: "owner" }, { propagationPolicy: "Background" });
  await rest();
  assert.deepEqual([cache.list(kind()), cache.list(configMapKind)], [[], []]);
  await create(namespaceKind, { metadata: { name: "other" } });
  await make("last", { namespace: "other" });
  await objects.delete(namespaceKind, { name: "other" });
  await rest();
  assert.deepEqual(cache.list(kind()), []);
});
