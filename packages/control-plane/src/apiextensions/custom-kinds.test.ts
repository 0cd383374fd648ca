/** Custom kinds on the whole API: from the definition to every verb, at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "@kubus/shared/testing/settle.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { aWatch } from "../api/testing/world.ts";
import { makeCache } from "../cache/make-cache.ts";
import { servedKinds } from "../kinds/index.ts";
import { makeKindTable } from "../kinds/kind-table.ts";
import { followCustomKinds } from "./custom-kinds.ts";
import {
  aCronTab,
  aDatabase,
  aDatabaseDefinition,
  aDefinition,
  cronTabPath,
  databasesPath,
  definitionsPath,
} from "./testing/definitions.ts";
import { bodyOf, causesOf, withKinds } from "./testing/world.ts";

const definitionPath = `${definitionsPath}/crontabs.stable.example.com`;
const merge = "application/merge-patch+json";
const table = "application/json;as=Table;g=meta.k8s.io;v=v1";

test("what was defined can be created, read, listed, changed and deleted at once", async () => {
  const { ask } = await withKinds();
  const created = await ask("POST", cronTabPath, { body: aCronTab("a") });
  assert.equal(created.status, 201, created.text);
  assert.deepEqual(bodyOf(created)["spec"], { cronSpec: "* * * * */5", image: "busybox", replicas: 1 });
  assert.equal(created.json.metadata.generation, 1);
  const patched = await ask("PATCH", `${cronTabPath}/a`, {
    body: { spec: { replicas: 3 } },
    contentType: merge,
  });
  assert.deepEqual(
    [patched.status, patched.json.spec.replicas, patched.json.metadata.generation],
    [200, 3, 2],
  );
  const listed = await ask("GET", cronTabPath);
  assert.deepEqual([listed.json.kind, listed.json.items.length], ["CronTabList", 1]);
  assert.equal((await ask("DELETE", `${cronTabPath}/a`)).status, 200);
  assert.equal((await ask("GET", `${cronTabPath}/a`)).status, 404);
});

test("unknown fields are dropped with a warning, and refused when asked", async () => {
  const { ask } = await withKinds();
  const body = aCronTab("a", { foo: 1, tags: ["x"] }, { more: { deep: 1 } });
  const lax = await ask("POST", cronTabPath, { body });
  assert.equal(lax.status, 201);
  assert.deepEqual(lax.headers["warning"], [
    '299 - "unknown field \\"spec.foo\\""',
    '299 - "unknown field \\"more\\""',
  ]);
  const strict = await ask("POST", `${cronTabPath}?fieldValidation=Strict`, {
    body: { ...body, metadata: { name: "b", lables: {} } },
  });
  assert.deepEqual(
    [strict.status, strict.json.message],
    [
      400,
      'CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "metadata.lables", unknown field "spec.foo", unknown field "more"',
    ],
  );
});

test("status and the rest are written apart, and only the rest counts generations", async () => {
  const { ask } = await withKinds();
  await ask("POST", cronTabPath, { body: aCronTab("a", {}, { status: { replicas: 7 } }) });
  const before = bodyOf(await ask("GET", `${cronTabPath}/a`));
  assert.equal(before["status"], undefined);
  const path = `${cronTabPath}/a/status`;
  const body = { status: { replicas: 2 }, spec: { replicas: 5 } };
  const written = await ask("PATCH", path, { body, contentType: merge });
  assert.equal(written.status, 200, written.text);
  const after = await ask("GET", `${cronTabPath}/a`);
  assert.deepEqual(bodyOf(after)["status"], { replicas: 2 });
  assert.deepEqual([after.json.spec.replicas, after.json.metadata.generation], [1, 1]);
  const main = await ask("PATCH", `${cronTabPath}/a`, {
    body: { status: { replicas: 9 } },
    contentType: merge,
  });
  assert.deepEqual(bodyOf(main)["status"], { replicas: 2 });
});

test("scale reads and writes where the definition says", async () => {
  const { ask } = await withKinds();
  await ask("POST", cronTabPath, { body: aCronTab("a", { replicas: 2, image: "x" }) });
  await ask("PATCH", `${cronTabPath}/a/status`, {
    body: { status: { replicas: 1, labelSelector: "app=a" } },
    contentType: merge,
  });
  const scale = bodyOf(await ask("GET", `${cronTabPath}/a/scale`));
  assert.deepEqual([scale["spec"], scale["status"]], [{ replicas: 2 }, { replicas: 1, selector: "app=a" }]);
  const scaled = await ask("PATCH", `${cronTabPath}/a/scale`, {
    body: { spec: { replicas: 6 } },
    contentType: merge,
  });
  assert.equal(scaled.status, 200, scaled.text);
  assert.equal((await ask("GET", `${cronTabPath}/a`)).json.spec.replicas, 6);
  const refused = await ask("PATCH", `${cronTabPath}/a/scale`, {
    body: { spec: { replicas: 11 } },
    contentType: merge,
  });
  assert.deepEqual(causesOf(refused), [
    "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10",
  ]);
});

test("tables have the columns that the definition names", async () => {
  const { ask, clock } = await withKinds();
  await ask("POST", cronTabPath, { body: aCronTab("a") });
  await clock.advance(5_000);
  const { json } = await ask("GET", cronTabPath, { accept: table });
  assert.deepEqual(
    json.columnDefinitions.map(({ name }) => name),
    ["Name", "Spec", "Replicas", "Selector", "Age"],
  );
  assert.deepEqual(
    json.rows.map(({ cells }) => cells),
    [["a", "* * * * */5", 1, null, "5s"]],
  );
});

test("objects are selected by the fields that the definition names, and by no others", async () => {
  const { ask } = await withKinds();
  await ask("POST", cronTabPath, { body: aCronTab("a", { image: "x" }) });
  await ask("POST", cronTabPath, { body: aCronTab("b") });
  const found = await ask("GET", `${cronTabPath}?fieldSelector=spec.image%3Dx`);
  assert.deepEqual(
    found.json.items.map(({ metadata }) => metadata.name),
    ["a"],
  );
  assert.equal((await ask("GET", `${cronTabPath}?fieldSelector=spec.replicas%3D1`)).status, 400);
});

test("discovery and documents tell of a kind while it is defined", async () => {
  const { ask } = await withKinds();
  const resources = await ask("GET", "/apis/stable.example.com/v1");
  assert.match(resources.text, /"name":"crontabs\/scale"/);
  assert.match((await ask("GET", "/apis")).text, /"name":"stable.example.com"/);
  const document = bodyOf(await ask("GET", "/openapi/v3/apis/stable.example.com/v1"));
  const { schemas } = document["components"] as { schemas: Record<string, Record<string, never>> };
  const own = schemas["com.example.stable.v1.CronTab"] ?? {};
  assert.equal(own["description"], "CronTab runs an image on a schedule.");
  assert.deepEqual(own["x-kubernetes-group-version-kind"], [
    { group: "stable.example.com", version: "v1", kind: "CronTab" },
  ]);
  const { spec, metadata } = own["properties"] as unknown as Record<string, Record<string, unknown>>;
  assert.equal(spec?.["description"], "What is wanted.");
  assert.match(JSON.stringify(metadata), /ObjectMeta/);
  assert.ok("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" in schemas);
  assert.match((await ask("GET", "/openapi/v2")).text, /com\.example\.stable\.v1\.CronTab/);
  const { json } = await ask("GET", definitionPath);
  await ask("PUT", definitionPath, { body: { ...json, metadata: { ...json.metadata, finalizers: [] } } });
  assert.equal((await ask("GET", "/apis/stable.example.com/v1")).status, 200);
});

test("every served version speaks its own language, and warns when it is old", async () => {
  const schema = (field: string) => ({
    openAPIV3Schema: {
      type: "object",
      properties: {
        spec: { type: "object", properties: { shared: { type: "string" }, [field]: { type: "integer" } } },
      },
    },
  });
  const versions = [
    { name: "v1beta1", served: true, storage: false, deprecated: true, schema: schema("old") },
    { name: "v1", served: true, storage: true, schema: schema("new") },
    { name: "v1alpha1", served: false, storage: false, schema: schema("older") },
  ];
  const { ask } = await withKinds(aDefinition({ versions }));
  const oldPath = cronTabPath.replace("/v1/", "/v1beta1/");
  const body = { metadata: { name: "a" }, spec: { shared: "x", old: "no number" } };
  assert.deepEqual(causesOf(await ask("POST", oldPath, { body })), [
    'spec.old: Invalid value: "string": spec.old in body must be of type integer: "string"',
  ]);
  const created = await ask("POST", oldPath, { body: { ...body, spec: { shared: "x", old: 1, new: 2 } } });
  assert.equal(created.status, 201, created.text);
  assert.deepEqual(created.headers["warning"], [
    '299 - "stable.example.com/v1beta1 CronTab is deprecated"',
    '299 - "unknown field \\"spec.new\\""',
  ]);
  assert.deepEqual(bodyOf(created)["apiVersion"], "stable.example.com/v1beta1");
  assert.equal(bodyOf(await ask("GET", `${cronTabPath}/a`))["apiVersion"], "stable.example.com/v1");
  assert.equal((await ask("GET", cronTabPath.replace("/v1/", "/v1alpha1/"))).status, 404);
  const group = bodyOf(await ask("GET", "/apis/stable.example.com"));
  assert.deepEqual(
    (group["versions"] as readonly { version: string }[]).map(({ version }) => version),
    ["v1", "v1beta1"],
  );
});

test("transition rules compare with the former state, and only there", async () => {
  const { ask } = await withKinds();
  await ask("POST", cronTabPath, { body: aCronTab("a", { replicas: 4 }) });
  const smaller = await ask("PATCH", `${cronTabPath}/a`, {
    body: { spec: { replicas: 3 } },
    contentType: merge,
  });
  assert.deepEqual(smaller.json.details.causes, [
    { reason: "FieldValueForbidden", message: "Forbidden: replicas may not shrink below 4", field: "spec" },
  ]);
});

test("what was wrong before and is unchanged is let pass; what changes must be right", async () => {
  const { ask } = await withKinds();
  await ask("POST", cronTabPath, { body: aCronTab("a", { image: "very-long-name" }) });
  const spec = {
    type: "object",
    properties: {
      cronSpec: { type: "string" },
      image: { type: "string", maxLength: 5 },
      replicas: { type: "integer" },
    },
  };
  const { json } = await ask("GET", definitionPath);
  const definition = json as unknown as ReturnType<typeof aDefinition>;
  const [version] = definition.spec.versions;
  const next = { ...version, schema: { openAPIV3Schema: { type: "object", properties: { spec } } } };
  const changed = await ask("PUT", definitionPath, {
    body: { ...definition, spec: { ...definition.spec, versions: [next] } },
  });
  assert.equal(changed.status, 200, changed.text);
  const other = await ask("PATCH", `${cronTabPath}/a`, {
    body: { spec: { replicas: 2 } },
    contentType: merge,
  });
  assert.equal(other.status, 200, other.text);
  const same = await ask("PATCH", `${cronTabPath}/a`, {
    body: { spec: { image: "another-long" } },
    contentType: merge,
  });
  assert.deepEqual(causesOf(same), ["spec.image: Too long: may not be more than 5 bytes"]);
});

test("a new default shows on objects that were there before", async () => {
  const { ask } = await withKinds();
  await ask("POST", cronTabPath, { body: aCronTab("a") });
  const { json } = await ask("GET", definitionPath);
  const definition = json as unknown as ReturnType<typeof aDefinition>;
  const text = JSON.stringify(definition).replace(
    '"tags":',
    '"added":{"type":"string","default":"new"},"tags":',
  );
  assert.equal((await ask("PUT", definitionPath, { body: text })).status, 200);
  assert.equal((bodyOf(await ask("GET", `${cronTabPath}/a`))["spec"] as { added: string }).added, "new");
});

test("server-side apply owns what the schema says can be owned", async () => {
  const { ask } = await withKinds();
  const contentType = "application/apply-patch+yaml";
  const apply = (manager: string, spec: object) =>
    ask("PATCH", `${cronTabPath}/a?fieldManager=${manager}`, {
      body: JSON.stringify({ ...aCronTab("a"), spec }),
      contentType,
    });
  assert.equal((await apply("one", { cronSpec: "* * * * *", tags: ["x"] })).status, 201);
  const second = await apply("two", { tags: ["y"] });
  assert.equal(second.status, 200, second.text);
  assert.deepEqual((bodyOf(second)["spec"] as { tags: readonly string[] }).tags.toSorted(), ["x", "y"]);
  const conflict = await apply("two", { cronSpec: "1 * * * *", tags: ["y"] });
  assert.equal(conflict.status, 409);
});

test("a definition whose names are taken is not served until they are free", async () => {
  const second = aDefinition({
    names: { plural: "others", kind: "Other", shortNames: ["ct"] },
  });
  const other = { ...second, metadata: { name: "others.stable.example.com" } };
  const { ask } = await withKinds(aDefinition(), other);
  const path = "/apis/stable.example.com/v1/namespaces/default/others";
  assert.equal((await ask("GET", path)).status, 404);
  assert.equal((await ask("GET", cronTabPath)).status, 200);
});

test("objects whose definition comes later are served when it comes; a restart forgets nothing", async () => {
  const { ask, stores, clock } = await withKinds();
  await ask("POST", cronTabPath, { body: aCronTab("a") });
  // Another server: CronTabs are read from the store before anybody knows what they are.
  const kindTable = makeKindTable(servedKinds);
  const cache = makeCache({ kinds: kindTable, stores, log: silentLog, clock });
  await cache.synced;
  assert.equal(kindTable.byResource("stable.example.com", "v1", "crontabs"), undefined);
  followCustomKinds(cache, kindTable);
  const kind = kindTable.byResource("stable.example.com", "v1", "crontabs");
  assert.ok(kind !== undefined);
  assert.deepEqual(
    cache.list(kind).map(({ metadata }) => metadata.name),
    ["a"],
  );
  assert.notEqual(cache.byUid(cache.list(kind)[0]?.metadata.uid ?? ""), undefined);
  cache.stop();
});

test("watches show custom objects, and end with their kind", async () => {
  const { ask, send } = await withKinds();
  const watch = await aWatch({ send }, `${cronTabPath}?watch=true`);
  await ask("POST", cronTabPath, { body: aCronTab("a") });
  await settle();
  assert.deepEqual(watch.told(), ["ADDED a"]);
  const { metadata } = (await ask("GET", definitionPath)).json;
  await ask("DELETE", definitionPath);
  const created = await ask("POST", cronTabPath, { body: aCronTab("b") });
  assert.equal(created.status, 405, "nothing is created while its kind goes");
  await ask("PATCH", definitionPath, {
    body: { metadata: { finalizers: [], uid: metadata.uid } },
    contentType: merge,
  });
  await watch.over;
  assert.equal((await ask("GET", cronTabPath)).status, 404);
});

test("the kind of an operator: alternatives, amounts, objects inside, rules on lists", async () => {
  const { ask } = await withKinds(aDatabaseDefinition());
  const spec = {
    backup: { s3: { bucket: "backups" } },
    users: [{ name: "a" }, { name: "b", role: "owner" }],
    podTemplate: {
      apiVersion: "v1",
      kind: "PodTemplate",
      metadata: { labels: { a: "b" } },
      template: { x: 1 },
    },
    extra: { anything: [1, { goes: true }] },
    storage: { size: 10, className: "fast" },
  };
  const created = await ask("POST", databasesPath, { body: aDatabase("db", spec) });
  assert.equal(created.status, 201, created.text);
  const stored = bodyOf(created)["spec"] as Record<string, unknown>;
  assert.deepEqual(stored["backup"], { s3: { bucket: "backups", retention: "720h" } });
  assert.deepEqual(stored["users"], [
    { name: "a", role: "reader" },
    { name: "b", role: "owner" },
  ]);
  assert.deepEqual([stored["extra"], stored["version"]], [spec.extra, "16"]);
  const status = await ask("PATCH", `${databasesPath}/db/status`, {
    body: { status: { ready: 3, conditions: [{ type: "Ready", status: "True" }] } },
    contentType: merge,
  });
  assert.equal(status.status, 200, status.text);
  const rows = await ask("GET", databasesPath, { accept: table });
  assert.deepEqual(
    rows.json.rows.map(({ cells }) => cells),
    [["db", "True"]],
  );
});
