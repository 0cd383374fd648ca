import assert from "node:assert/strict";
import { test } from "node:test";
import { aConfigMap, aDeployment, anApi, aPod, type Answer, type World } from "./testing/world.ts";
import { without } from "./without.ts";
import type { ManagedFieldsEntry } from "./managed-fields/entry.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const applyType = "application/apply-patch+yaml";
const mergeType = "application/merge-patch+json";

interface Applying {
  readonly manager?: string;
  readonly force?: boolean;
  readonly more?: string;
}

const apply = (
  { ask }: Pick<World, "ask">,
  path: string,
  body: object,
  { manager = "kubectl", force = false, more = "" }: Applying = {},
): Promise<Answer> =>
  ask("PATCH", `${path}?fieldManager=${manager}&force=${force}${more}`, { body, contentType: applyType });

const entriesIn = ({ json }: Answer) => (json.metadata.managedFields ?? []) as readonly ManagedFieldsEntry[];

const managersIn = (answer: Answer) =>
  entriesIn(answer).map(({ manager = "", operation, subresource = "" }) =>
    `${manager} ${operation} ${subresource}`.trim(),
  );

const fieldsOf = (answer: Answer, name: string) =>
  entriesIn(answer).find(({ manager }) => manager === name)?.fieldsV1;

test("a creation is counted for the manager that is named, or for the program", async () => {
  const { ask } = await anApi();
  const named = await ask("POST", `${configMaps}?fieldManager=kubectl-create`, { body: aConfigMap("a") });
  const [entry] = entriesIn(named);
  assert.deepEqual(
    { ...entry, time: typeof entry?.time },
    {
      manager: "kubectl-create",
      operation: "Update",
      apiVersion: "v1",
      time: "string",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:data": { ".": {}, "f:key": {} } },
    },
  );
  const deployment = await ask("POST", `${deployments}?fieldManager=kubectl-create`, {
    body: aDeployment("web"),
  });
  const fields = entriesIn(deployment)[0]?.fieldsV1;
  assert.deepEqual(fields?.["f:metadata"], { "f:labels": { ".": {}, "f:app": {} } });
  assert.equal(fields["f:status"], undefined);
  assert.deepEqual(fields["f:spec"]?.["f:strategy"], {
    "f:type": {},
    "f:rollingUpdate": { ".": {}, "f:maxSurge": {}, "f:maxUnavailable": {} },
  });
  assert.deepEqual(Object.keys(fields["f:spec"]["f:template"]?.["f:spec"]?.["f:containers"] ?? {}), [
    'k:{"name":"main"}',
  ]);
});

test("a change takes over the fields that it changes, through each door by itself", async () => {
  const { ask } = await anApi();
  await ask("POST", `${deployments}?fieldManager=creator`, { body: aDeployment("web") });
  const body = { spec: { replicas: 3 }, metadata: { annotations: { a: "b" } } };
  const path = `${deployments}/web`;
  const patched = await ask("PATCH", `${path}?fieldManager=patcher`, { body, contentType: mergeType });
  assert.deepEqual(managersIn(patched), ["creator Update", "patcher Update"]);
  assert.deepEqual(fieldsOf(patched, "patcher"), {
    "f:metadata": { "f:annotations": { ".": {}, "f:a": {} } },
    "f:spec": { "f:replicas": {} },
  });
  assert.equal(fieldsOf(patched, "creator")?.["f:spec"]?.["f:replicas"], undefined);
  const status = { status: { replicas: 3 } };
  await ask("PATCH", `${path}/status?fieldManager=controller`, { body: status, contentType: mergeType });
  const scaled = { spec: { replicas: 5 } };
  await ask("PATCH", `${path}/scale?fieldManager=scaler`, { body: scaled, contentType: mergeType });
  const after = await ask("GET", path);
  assert.deepEqual(managersIn(after), [
    "controller Update status",
    "creator Update",
    "patcher Update",
    "scaler Update scale",
  ]);
  assert.deepEqual(fieldsOf(after, "scaler"), { "f:spec": { "f:replicas": {} } });
});

test("what changes nothing leaves revision, managers and times as they are", async () => {
  const world = await anApi();
  const { ask, clock } = world;
  const config = aConfigMap("a");
  const first = await apply(world, `${configMaps}/a`, config);
  assert.equal(first.status, 201);
  await clock.advance(60_000);
  const second = await apply(world, `${configMaps}/a`, config);
  assert.equal(second.status, 200);
  assert.deepEqual(second.json, first.json);
  const put = await ask("PUT", `${configMaps}/a?fieldManager=other`, { body: first.json });
  assert.deepEqual(put.json, first.json);
});

test("apply removes what is not applied any more, and meets conflicts with others", async () => {
  const world = await anApi();
  const { ask } = world;
  const path = `${deployments}/web`;
  assert.equal((await apply(world, path, aDeployment("web", 2))).status, 201);
  await ask("PATCH", `${path}/scale?fieldManager=scaler`, {
    body: { spec: { replicas: 5 } },
    contentType: mergeType,
  });
  const refused = await apply(world, path, aDeployment("web", 3));
  assert.equal(refused.status, 409);
  assert.equal(refused.json.reason, "Conflict");
  assert.equal(
    refused.json.message,
    'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas',
  );
  assert.deepEqual(refused.json.details.causes, [
    {
      reason: "FieldManagerConflict",
      message: 'conflict with "scaler" with subresource "scale" using apps/v1',
      field: ".spec.replicas",
    },
  ]);
  const forced = await apply(world, path, aDeployment("web", 3), { force: true });
  assert.equal(forced.json.spec.replicas, 3);
  assert.deepEqual(managersIn(forced), ["kubectl Apply"]);
  const spec = without(aDeployment("web").spec, "replicas");
  const shorter = await apply(world, path, { ...aDeployment("web"), metadata: { name: "web" }, spec });
  assert.equal(shorter.json.spec.replicas, 1, "the default is back");
  assert.equal(shorter.json.metadata.labels, undefined);
});

test("apply through status owns the status only, and creates nothing", async () => {
  const world = await anApi();
  const config = { ...aDeployment("web"), status: { replicas: 1 } };
  assert.equal((await apply(world, `${deployments}/web/status`, config)).status, 404);
  await apply(world, `${deployments}/web`, config);
  const status = await apply(world, `${deployments}/web/status`, config, { manager: "controller" });
  assert.equal(status.status, 200);
  assert.deepEqual(fieldsOf(status, "controller"), { "f:status": { "f:replicas": {} } });
  assert.equal(fieldsOf(status, "kubectl")?.["f:status"], undefined);
});

test("apply says what is wrong with a configuration", async () => {
  const world = await anApi();
  const { ask } = world;
  const path = `${configMaps}/a`;
  const told = async (answer: Promise<Answer>) => {
    const { status, json } = await answer;
    return `${status} ${json.message}`;
  };
  const body = aConfigMap("a");
  assert.equal(
    await told(ask("PATCH", path, { body, contentType: applyType })),
    '422 PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  );
  assert.equal(
    await told(ask("PATCH", `${path}?force=true`, { body: {}, contentType: mergeType })),
    '422 PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  );
  assert.equal(
    await told(apply(world, path, { ...body, metadata: { name: "a", managedFields: [] } })),
    "400 metadata.managedFields must be nil",
  );
  assert.equal(
    await told(apply(world, path, { ...body, datum: {} })),
    "500 failed to create typed patch object (default/a; /v1, Kind=ConfigMap): .datum: field not declared in schema",
  );
  assert.equal(
    await told(apply(world, path, { ...body, apiVersion: "v2" })),
    "400 Incorrect version specified in apply patch. Specified patch version: v2, expected: v1",
  );
  assert.equal(
    await told(apply(world, path, aConfigMap("b"))),
    "400 the name of the object (b) does not match the name on the URL (a)",
  );
  assert.match(await told(apply(world, path, body, { manager: "x".repeat(129) })), /^422 .*Too long/);
});

test("apply takes YAML, and a dry run leaves nothing behind", async () => {
  const { ask } = await anApi();
  const body = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  key: value\n";
  const path = `${configMaps}/a?fieldManager=kubectl`;
  const dry = await ask("PATCH", `${path}&dryRun=All`, { body, contentType: applyType });
  assert.equal(dry.status, 201);
  assert.equal((await ask("GET", `${configMaps}/a`)).status, 404);
  const wet = await ask("PATCH", path, { body, contentType: applyType });
  assert.deepEqual(wet.json.data, { key: "value" });
  const twice = await ask("PATCH", `${path}&fieldValidation=Strict`, {
    body: `${body}  key: other\n`,
    contentType: applyType,
  });
  assert.equal(twice.status, 400);
  assert.match(twice.json.message, /^error strict decoding YAML: .*key "key" already set in map/s);
});

test("kubectl moves from client-side to server-side apply without conflict with itself", async () => {
  const world = await anApi();
  const { ask } = world;
  const annotation = "kubectl.kubernetes.io/last-applied-configuration";
  const manifest = aConfigMap("a");
  const annotations = { [annotation]: JSON.stringify(manifest) };
  await ask("POST", `${configMaps}?fieldManager=kubectl-client-side-apply`, {
    body: { ...manifest, metadata: { name: "a", annotations } },
  });
  const changed = aConfigMap("a", { data: { key: "new" } });
  const applied = await apply(world, `${configMaps}/a`, changed);
  assert.equal(applied.status, 200);
  assert.deepEqual(applied.json.data, { key: "new" });
  const remembered = JSON.parse(applied.json.metadata.annotations?.[annotation] ?? "") as unknown;
  assert.deepEqual(remembered, changed, "the annotation says what was applied last");
  const refused = await apply(world, `${configMaps}/a`, manifest, { manager: "other" });
  assert.equal(refused.status, 409, "only kubectl is taken for itself");

  // What kubectl does next: its entry of old becomes part of the new one, tied to the revision that it read.
  const entries = entriesIn(applied).map((entry) => ({ ...entry, manager: "kubectl" }));
  const upgrade = (resourceVersion: string) =>
    ask("PATCH", `${configMaps}/a`, {
      body: [
        { op: "replace", path: "/metadata/managedFields", value: entries.slice(0, 1) },
        { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
      ],
      contentType: "application/json-patch+json",
    });
  assert.equal((await upgrade("1")).status, 409);
  const upgraded = await upgrade(applied.json.metadata.resourceVersion);
  assert.deepEqual(managersIn(upgraded), ["kubectl Apply"]);
});

test("managedFields are reset by an empty entry, and then nobody is tracked until the first apply", async () => {
  const world = await anApi();
  const { ask } = world;
  await ask("POST", configMaps, { body: aConfigMap("a") });
  for (const managedFields of [[{}], []]) {
    const reset = await ask("PATCH", `${configMaps}/a`, {
      body: { metadata: { managedFields } },
      contentType: mergeType,
    });
    assert.deepEqual(managersIn(reset), []);
  }
  const body = { data: { other: "x" } };
  const patched = await ask("PATCH", `${configMaps}/a?fieldManager=patcher`, {
    body,
    contentType: mergeType,
  });
  assert.deepEqual(managersIn(patched), []);
  const applied = await apply(world, `${configMaps}/a`, aConfigMap("a"));
  assert.deepEqual(managersIn(applied), ["kubectl Apply", "before-first-apply Update"]);
});

test("clients that know no managedFields cannot lose them, and none can be made up", async () => {
  const { ask } = await anApi();
  const created = await ask("POST", `${configMaps}?fieldManager=creator`, { body: aConfigMap("a") });
  const metadata = { name: "a" };
  const put = await ask("PUT", `${configMaps}/a?fieldManager=putter`, {
    body: aConfigMap("a", { metadata, data: { key: "2" } }),
  });
  assert.deepEqual(managersIn(put), ["creator Update", "putter Update"]);
  const wrong = [{ manager: "x", operation: "Own", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: {} }];
  const odd = await ask("PUT", `${configMaps}/a?fieldManager=putter`, {
    body: aConfigMap("a", { metadata: { name: "a", managedFields: wrong }, data: { key: "2" } }),
  });
  assert.deepEqual(managersIn(odd), managersIn(put));
  assert.deepEqual(managersIn(created), ["creator Update"]);
});

test("deletion and binding are nobody's fields; controllers are counted by their own name", async () => {
  const { ask, api } = await anApi();
  await ask("POST", "/api/v1/namespaces/default/pods?fieldManager=creator", { body: aPod("p") });
  const pods = "/api/v1/namespaces/default/pods/p";
  const target = { kind: "Node", name: "board-1" };
  const body = { apiVersion: "v1", kind: "Binding", metadata: { name: "p" }, target };
  assert.equal((await ask("POST", `${pods}/binding`, { body })).status, 201);
  assert.deepEqual(managersIn(await ask("GET", pods)), ["creator Update"]);
  const objects = api.objectsAs("system:serviceaccount:kube-system:job-controller");
  const { configMapKind } = await import("../kinds/index.ts");
  await objects.create(configMapKind, { metadata: { name: "c", namespace: "default" }, data: { a: "b" } });
  assert.deepEqual(managersIn(await ask("GET", `${configMaps}/c`)), ["job-controller Update"]);
});

test("replicas can be applied through scale, and are checked like every body there", async () => {
  const world = await anApi();
  const { ask } = world;
  const path = `${deployments}/web/scale`;
  const scale = {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name: "web" },
    spec: { replicas: 4 },
  };
  assert.equal((await apply(world, path, scale)).status, 404);
  const created = await apply(world, `${deployments}/web`, aDeployment("web", 1), { manager: "owner" });
  assert.equal((await apply(world, path, scale, { manager: "hpa" })).status, 409);
  const applied = await apply(world, path, scale, { manager: "hpa", force: true });
  assert.deepEqual([applied.json.kind, applied.json.spec.replicas], ["Scale", 4]);
  const after = await ask("GET", `${deployments}/web`);
  assert.deepEqual(managersIn(after), ["hpa Apply scale", "owner Apply"]);
  assert.deepEqual(fieldsOf(after, "hpa"), { "f:spec": { "f:replicas": {} } });
  const put = (body: object, query = "") => ask("PUT", `${path}${query}`, { body });
  assert.equal((await put({ ...scale, metadata: { name: "web", uid: "other" } })).status, 409);
  assert.equal((await put({ ...scale, spec: { replicas: "4" } })).status, 400);
  assert.match(
    (await put({ ...scale, spec: { replica: 4 } }, "?fieldValidation=Strict")).json.message,
    /unknown field "spec.replica"$/,
  );
  assert.equal((await put({ ...scale, metadata: created.json.metadata })).status, 409, "an old revision");
  assert.equal((await put({ ...scale, spec: { replicas: -1 } })).status, 422);
  assert.equal((await put(scale)).status, 200);
});
