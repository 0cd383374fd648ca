import assert from "node:assert/strict";
import { test } from "node:test";
import { aConfigMap, anApi, aPod, type World } from "./testing/world.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const pods = "/api/v1/namespaces/default/pods";
const merge = { contentType: "application/merge-patch+json" };

/** A pod that runs on a board: its deletion takes time. */
async function aBoundPod({ ask, api }: World, metadata: object = {}) {
  const { json } = await ask("POST", pods, { body: aPod("web", { metadata }) });
  await api
    .objectsAs("system:kube-scheduler")
    .bind({ namespace: "default", name: "web", uid: json.metadata.uid }, "board-1");
  return json.metadata.uid;
}

test("deletes at once what nothing holds, and says what it was", async () => {
  const { ask } = await anApi();
  const { json } = await ask("POST", configMaps, { body: aConfigMap("a") });
  const gone = await ask("DELETE", `${configMaps}/a`);
  assert.equal(gone.json.status, "Success");
  assert.deepEqual(gone.json.details, { name: "a", kind: "configmaps", uid: json.metadata.uid });
  assert.equal((await ask("GET", `${configMaps}/a`)).status, 404);
});

test("marks what a finalizer holds, and lets it go with the last one", async () => {
  const { ask, clock } = await anApi();
  await ask("POST", configMaps, {
    body: aConfigMap("a", { metadata: { name: "a", finalizers: ["x.io/1", "x.io/2"] } }),
  });
  await clock.advance(5_000);
  const { json: marked } = await ask("DELETE", `${configMaps}/a`);
  assert.equal(marked.metadata.deletionTimestamp, "2026-01-01T00:00:05Z");
  assert.equal(marked.metadata.deletionGracePeriodSeconds, 0);
  const { json: again } = await ask("DELETE", `${configMaps}/a`);
  assert.equal(
    again.metadata.resourceVersion,
    marked.metadata.resourceVersion,
    "a second deletion changes nothing",
  );
  const one = { metadata: { finalizers: ["x.io/2"] } };
  assert.equal((await ask("PATCH", `${configMaps}/a`, { ...merge, body: one })).status, 200);
  assert.equal((await ask("GET", `${configMaps}/a`)).status, 200);
  assert.equal(
    (await ask("PATCH", `${configMaps}/a`, { ...merge, body: { metadata: { finalizers: null } } })).status,
    200,
  );
  assert.equal((await ask("GET", `${configMaps}/a`)).status, 404);
});

test("takes no new finalizers once it is going", async () => {
  const { ask } = await anApi();
  await ask("POST", configMaps, {
    body: aConfigMap("a", { metadata: { name: "a", finalizers: ["x.io/1"] } }),
  });
  await ask("DELETE", `${configMaps}/a`);
  const body = { metadata: { finalizers: ["x.io/1", "x.io/2"] } };
  assert.equal((await ask("PATCH", `${configMaps}/a`, { ...merge, body })).status, 422);
});

for (const [policy, finalizer] of [
  ["Foreground", "foregroundDeletion"],
  ["Orphan", "orphan"],
] as const) {
  test(`leaves the collector's finalizer for ${policy}`, async () => {
    const { ask } = await anApi();
    await ask("POST", configMaps, { body: aConfigMap("a") });
    const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: policy };
    const { json } = await ask("DELETE", `${configMaps}/a`, { body });
    assert.deepEqual(json.metadata.finalizers, [finalizer]);
    assert.ok(json.metadata.deletionTimestamp);
  });
}

test("gives a running pod its grace period, counted from now", async () => {
  const world = await anApi();
  const { ask } = world;
  await aBoundPod(world);
  const { json } = await ask("DELETE", `${pods}/web`, { body: { gracePeriodSeconds: 60 } });
  assert.equal(json.metadata.deletionTimestamp, "2026-01-01T00:01:00Z");
  assert.equal(json.metadata.deletionGracePeriodSeconds, 60);
  assert.equal((await ask("GET", `${pods}/web`)).status, 200);
});

test("shortens a grace period, never lengthens it", async () => {
  const world = await anApi();
  const { ask, clock } = world;
  await aBoundPod(world);
  await ask("DELETE", `${pods}/web`);
  await clock.advance(10_000);
  const { json: longer } = await ask("DELETE", `${pods}/web`, { body: { gracePeriodSeconds: 300 } });
  assert.equal(longer.metadata.deletionTimestamp, "2026-01-01T00:00:30Z");
  const { json: shorter } = await ask("DELETE", `${pods}/web`, { body: { gracePeriodSeconds: 15 } });
  assert.equal(shorter.metadata.deletionTimestamp, "2026-01-01T00:00:15Z");
  assert.equal((await ask("DELETE", `${pods}/web`, { body: { gracePeriodSeconds: 0 } })).status, 200);
  assert.equal((await ask("GET", `${pods}/web`)).status, 404);
});

test("deletes a pod at once that no board has", async () => {
  const { ask } = await anApi();
  await ask("POST", pods, { body: aPod("web") });
  await ask("DELETE", `${pods}/web`);
  assert.equal((await ask("GET", `${pods}/web`)).status, 404);
});

test("keeps a pod with finalizers even when it is deleted without grace", async () => {
  const world = await anApi();
  const { ask } = world;
  await aBoundPod(world, { finalizers: ["x.io/1"] });
  const { json } = await ask("DELETE", `${pods}/web`, { body: { gracePeriodSeconds: 0 } });
  assert.equal(json.metadata.deletionGracePeriodSeconds, 0);
  await ask("PATCH", `${pods}/web`, { ...merge, body: { metadata: { finalizers: [] } } });
  assert.equal((await ask("GET", `${pods}/web`)).status, 404);
});

test("waits for the agent although the last finalizer went first", async () => {
  const world = await anApi();
  const { ask } = world;
  await aBoundPod(world, { finalizers: ["x.io/1"] });
  await ask("DELETE", `${pods}/web`);
  await ask("PATCH", `${pods}/web`, { ...merge, body: { metadata: { finalizers: [] } } });
  assert.equal((await ask("GET", `${pods}/web`)).status, 200);
  await ask("DELETE", `${pods}/web`, { body: { gracePeriodSeconds: 0 } });
  assert.equal((await ask("GET", `${pods}/web`)).status, 404);
});

test("deletes only the object that is meant", async () => {
  const world = await anApi();
  const { ask } = world;
  const uid = await aBoundPod(world);
  const other = { gracePeriodSeconds: 0, preconditions: { uid: "00000000-0000-4000-8000-000000000000" } };
  const refused = await ask("DELETE", `${pods}/web`, { body: other });
  assert.equal(refused.status, 409);
  assert.match(refused.json.message, /Precondition failed: UID in precondition/);
  const old = { gracePeriodSeconds: 0, preconditions: { resourceVersion: "1" } };
  assert.equal((await ask("DELETE", `${pods}/web`, { body: old })).status, 409);
  const right = { gracePeriodSeconds: 0, preconditions: { uid } };
  assert.equal((await ask("DELETE", `${pods}/web`, { body: right })).status, 200);
  assert.equal((await ask("GET", `${pods}/web`)).status, 404);
});

test("refuses options that mean nothing", async () => {
  const { ask } = await anApi();
  await ask("POST", configMaps, { body: aConfigMap("a") });
  const { status, json } = await ask("DELETE", `${configMaps}/a`, {
    body: { propagationPolicy: "Sideways" },
  });
  assert.equal(status, 422);
  assert.match(json.message, /Unsupported value: "Sideways"/);
  assert.equal(
    (await ask("DELETE", `${configMaps}/a`, { body: { gracePeriodSeconds: "soon" } })).status,
    400,
  );
});

test("deletes all that match", async () => {
  const { ask } = await anApi();
  for (const [name, app] of [
    ["a", "x"],
    ["b", "x"],
    ["c", "y"],
  ] as const)
    await ask("POST", configMaps, { body: aConfigMap(name, { metadata: { name, labels: { app } } }) });
  assert.equal((await ask("DELETE", `${configMaps}?labelSelector=app%3Dx`)).status, 200);
  const { json } = await ask("GET", configMaps);
  assert.deepEqual(
    json.items.map((item) => item.metadata.name),
    ["c"],
  );
});

test("evicts a pod by deleting it", async () => {
  const world = await anApi();
  const { ask } = world;
  await aBoundPod(world);
  const body = { kind: "Eviction", apiVersion: "policy/v1", metadata: { name: "web" } };
  assert.equal((await ask("POST", `${pods}/web/eviction`, { body })).status, 201);
  assert.ok((await ask("GET", `${pods}/web`)).json.metadata.deletionTimestamp);
});

test("binds a pod once", async () => {
  const world = await anApi();
  const { ask } = world;
  await aBoundPod(world);
  const { json } = await ask("GET", `${pods}/web`);
  assert.equal(json.spec.nodeName, "board-1");
  assert.equal(json.status.conditions?.[0]?.type, "PodScheduled");
  const body = {
    kind: "Binding",
    apiVersion: "v1",
    metadata: { name: "web" },
    target: { kind: "Node", name: "board-2" },
  };
  const { status, json: refused } = await ask("POST", `${pods}/web/binding`, { body });
  assert.equal(status, 409);
  assert.match(refused.message, /is already assigned to node "board-1"/);
});
