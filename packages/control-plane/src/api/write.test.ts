import assert from "node:assert/strict";
import { test } from "node:test";
import { aConfigMap, aDeployment, anApi } from "./testing/world.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const mergeType = "application/merge-patch+json";

test("what belongs to the server cannot be set, nor changed", async () => {
  const { ask } = await anApi();
  const mine = {
    uid: "mine",
    creationTimestamp: "2000-01-01T00:00:00Z",
    deletionTimestamp: "2000-01-01T00:00:00Z",
    deletionGracePeriodSeconds: 7,
    generation: 9,
    selfLink: "/x",
  };
  const body = aDeployment("web");
  const created = await ask("POST", deployments, {
    body: { ...body, metadata: { ...body.metadata, ...mine } },
  });
  const { metadata } = created.json;
  assert.notEqual(metadata.uid, "mine");
  assert.deepEqual(
    [metadata.generation, metadata.deletionTimestamp, metadata.deletionGracePeriodSeconds],
    [1, undefined, undefined],
  );
  const patch = { metadata: { ...mine, uid: metadata.uid } };
  const patched = await ask("PATCH", `${deployments}/web`, { body: patch, contentType: mergeType });
  assert.equal(patched.status, 200);
  assert.deepEqual(patched.json, created.json, "nothing of it was anybody's to change");
});

test("a write builds on the revision and on the object that it names", async () => {
  const { ask } = await anApi();
  const first = await ask("POST", configMaps, { body: aConfigMap("a") });
  const { resourceVersion, uid } = first.json.metadata;
  const patch = (metadata: object) =>
    ask("PATCH", `${configMaps}/a`, { body: { metadata, data: { x: "1" } }, contentType: mergeType });
  const put = (metadata: object) =>
    ask("PUT", `${configMaps}/a`, {
      body: aConfigMap("a", { metadata: { name: "a", ...metadata }, data: { y: "1" } }),
    });
  assert.equal((await patch({ resourceVersion: "1000" })).status, 409);
  assert.equal((await patch({ resourceVersion, uid })).status, 200);
  for (const write of [patch, put]) {
    const late = await write({ resourceVersion });
    assert.equal(late.status, 409);
    assert.equal(
      late.json.message,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
    assert.equal((await write({ uid: "other" })).status, 409);
  }
  assert.equal((await put({})).status, 200, "who names no revision means any");
});

test("no finalizer comes to an object that goes, and none keeps it when the last one is gone", async () => {
  const { ask } = await anApi();
  const finalizers = ["example.com/a", "example.com/b"];
  await ask("POST", configMaps, { body: aConfigMap("a", { metadata: { name: "a", finalizers } }) });
  await ask("DELETE", `${configMaps}/a`);
  const patch = (list: readonly string[]) =>
    ask("PATCH", `${configMaps}/a`, { body: { metadata: { finalizers: list } }, contentType: mergeType });
  const refused = await patch([...finalizers, "example.com/c"]);
  assert.deepEqual(
    [refused.status, refused.json.details.causes?.[0]?.message],
    [
      422,
      'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/c"}',
    ],
  );
  assert.equal((await patch(["example.com/b"])).status, 200);
  assert.equal((await patch([])).status, 200);
  assert.equal((await ask("GET", `${configMaps}/a`)).status, 404);
});

test("owners are named once; only one of them is in charge", async () => {
  const { ask } = await anApi();
  const owner = { apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "1" };
  const create = (ownerReferences: readonly object[]) =>
    ask("POST", configMaps, { body: aConfigMap("a", { metadata: { name: "a", ownerReferences } }) });
  const twice = await create([owner, { ...owner, uid: "2" }, owner]);
  assert.deepEqual(twice.json.metadata.ownerReferences, [owner, { ...owner, uid: "2" }]);
  assert.match(
    String(twice.headers["warning"]),
    /contains duplicate entries; .* duplicate UID\(s\) observed: 1"$/,
  );
  await ask("DELETE", `${configMaps}/a`);
  const two = await create([
    { ...owner, controller: true },
    { ...owner, uid: "2", controller: true },
  ]);
  assert.equal(two.status, 422);
  assert.match(two.json.message, /Only one reference can have Controller set to true/);
});

test("a dry run of any write changes nothing", async () => {
  const { ask } = await anApi();
  await ask("POST", deployments, { body: aDeployment("web", 1) });
  const before = await ask("GET", `${deployments}/web`);
  const writes = [
    await ask("POST", `${deployments}?dryRun=All`, { body: aDeployment("other") }),
    await ask("PUT", `${deployments}/web?dryRun=All`, { body: aDeployment("web", 2) }),
    await ask("PATCH", `${deployments}/web?dryRun=All`, {
      body: { spec: { replicas: 3 } },
      contentType: mergeType,
    }),
    await ask("PATCH", `${deployments}/web/scale?dryRun=All`, {
      body: { spec: { replicas: 4 } },
      contentType: mergeType,
    }),
    await ask("PATCH", `${deployments}/web/status?dryRun=All`, {
      body: { status: { replicas: 5 } },
      contentType: mergeType,
    }),
    await ask("DELETE", `${deployments}/web?dryRun=All`),
    await ask("DELETE", `${deployments}?dryRun=All`),
  ];
  assert.deepEqual(
    writes.map(({ status }) => status),
    [201, 200, 200, 200, 200, 200, 200],
  );
  assert.equal(writes[1]?.json.metadata.resourceVersion, before.json.metadata.resourceVersion);
  assert.deepEqual((await ask("GET", `${deployments}/web`)).json, before.json);
  assert.equal((await ask("GET", `${deployments}/other`)).status, 404);
});

test("generated names fit and are made up again when they are taken", async () => {
  const { ask } = await anApi();
  const generateName = `${"x".repeat(70)}-`;
  const make = () =>
    ask("POST", configMaps, { body: { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName } } });
  const names = (await Promise.all(Array.from({ length: 20 }, make))).map(({ json }) => json.metadata.name);
  assert.equal(new Set(names).size, 20);
  for (const name of names) assert.equal(name.length, 63);
});
