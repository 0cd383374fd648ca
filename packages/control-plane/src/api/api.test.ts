import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "@kubus/shared/testing/settle.ts";
import { cacheLimits } from "../cache/cache.ts";
import { formatKey } from "../store/key.ts";
import { aConfigMap, aDeployment, anApi, aPod } from "./testing/world.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const pods = "/api/v1/namespaces/default/pods";

test("creates an object with what only the server says", async () => {
  const { ask } = await anApi();
  const metadata = { name: "a", uid: "mine", resourceVersion: "", generation: 7, creationTimestamp: null };
  const { status, json } = await ask("POST", configMaps, { body: aConfigMap("a", { metadata }) });
  assert.equal(status, 201);
  assert.equal(json.metadata.namespace, "default");
  assert.match(json.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.equal(json.metadata.creationTimestamp, "2026-01-01T00:00:00Z");
  assert.equal(json.metadata.generation, undefined);
  assert.equal(json.metadata.resourceVersion, "1");
  assert.deepEqual((await ask("GET", `${configMaps}/a`)).json, json);
});

test("refuses a second object of the same name in Kubernetes' words", async () => {
  const { ask } = await anApi();
  await ask("POST", configMaps, { body: aConfigMap("a") });
  const { status, json } = await ask("POST", configMaps, { body: aConfigMap("a") });
  assert.equal(status, 409);
  assert.equal(json.reason, "AlreadyExists");
  assert.equal(json.message, 'configmaps "a" already exists');
  assert.deepEqual(json.details, { name: "a", kind: "configmaps" });
});

test("makes up names that are asked for by their beginning", async () => {
  const { ask } = await anApi();
  const body = { ...aConfigMap(""), metadata: { generateName: "a-" } };
  const names = [await ask("POST", configMaps, { body }), await ask("POST", configMaps, { body })];
  for (const { json } of names) assert.match(json.metadata.name, /^a-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.notEqual(names[0]?.json.metadata.name, names[1]?.json.metadata.name);
});

test("replaces an object only on the revision that was read", async () => {
  const { ask } = await anApi();
  const { json: first } = await ask("POST", configMaps, { body: aConfigMap("a") });
  const { json: second } = await ask("PUT", `${configMaps}/a`, { body: { ...first, data: { key: "2" } } });
  assert.equal(second.data.key, "2");
  const late = await ask("PUT", `${configMaps}/a`, { body: { ...first, data: { key: "3" } } });
  assert.equal(late.status, 409);
  assert.equal(
    late.json.message,
    'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  );
});

test("writes nothing when nothing changed", async () => {
  const { ask } = await anApi();
  const { json: first } = await ask("POST", configMaps, { body: aConfigMap("a") });
  const { json: second } = await ask("PUT", `${configMaps}/a`, { body: first });
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
});

test("counts changes of the spec, and only those, as generations", async () => {
  const { ask } = await anApi();
  const path = "/apis/apps/v1/namespaces/default/deployments";
  const { json: first } = await ask("POST", path, { body: aDeployment("web") });
  const merge = { contentType: "application/merge-patch+json" };
  const label = await ask("PATCH", `${path}/web`, { ...merge, body: { metadata: { labels: { a: "b" } } } });
  const scaled = await ask("PATCH", `${path}/web/scale`, { ...merge, body: { spec: { replicas: 3 } } });
  const { json: last } = await ask("GET", `${path}/web`);
  assert.deepEqual(
    [first.metadata.generation, label.json.metadata.generation, last.metadata.generation],
    [1, 1, 2],
  );
  assert.deepEqual([scaled.json.kind, scaled.json.spec.replicas, last.spec.replicas], ["Scale", 3, 3]);
});

test("lets a status through its own door only", async () => {
  const { ask } = await anApi();
  await ask("POST", pods, { body: aPod("web") });
  const merge = { contentType: "application/merge-patch+json" };
  const body = { status: { phase: "Running" }, metadata: { labels: { a: "b" } } };
  const { json: main } = await ask("PATCH", `${pods}/web`, { ...merge, body });
  assert.deepEqual([main.status.phase, main.metadata.labels], ["Pending", { a: "b" }]);
  const { json: status } = await ask("PATCH", `${pods}/web/status`, {
    ...merge,
    body: { status: { phase: "Running" }, metadata: { labels: { a: "c" } } },
  });
  assert.deepEqual([status.status.phase, status.metadata.labels], ["Running", { a: "b" }]);
});

test("tries a patch again when somebody else was faster", async () => {
  const { ask } = await anApi();
  await ask("POST", configMaps, { body: aConfigMap("a") });
  const merge = { contentType: "application/merge-patch+json" };
  const answers = await Promise.all(
    [1, 2, 3, 4, 5].map((i) =>
      ask("PATCH", `${configMaps}/a`, { ...merge, body: { data: { [`k${i}`]: "v" } } }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  );
  const { json } = await ask("GET", `${configMaps}/a`);
  assert.deepEqual(Object.keys(json.data).sort(), ["k1", "k2", "k3", "k4", "k5", "key"]);
});

test("does not try a patch again that names a revision", async () => {
  const { ask } = await anApi();
  const { json } = await ask("POST", configMaps, { body: aConfigMap("a") });
  const merge = { contentType: "application/merge-patch+json" };
  const { resourceVersion } = json.metadata;
  const body = (key: string) => ({ metadata: { resourceVersion }, data: { [key]: "v" } });
  assert.equal((await ask("PATCH", `${configMaps}/a`, { ...merge, body: body("x") })).status, 200);
  assert.equal((await ask("PATCH", `${configMaps}/a`, { ...merge, body: body("y") })).status, 409);
});

test("does everything but write when asked for a dry run", async () => {
  const { ask, cache, ports } = await anApi();
  const { status, json } = await ask("POST", `${configMaps}?dryRun=All`, { body: aConfigMap("a") });
  assert.deepEqual([status, json.metadata.name, json.metadata.resourceVersion], [201, "a", undefined]);
  assert.equal((await ask("GET", `${configMaps}/a`)).status, 404);
  await ask("POST", configMaps, { body: aConfigMap("a") });
  assert.equal((await ask("DELETE", `${configMaps}/a?dryRun=All`)).status, 200);
  assert.equal((await ask("GET", `${configMaps}/a`)).status, 200);
  assert.equal((await ask("POST", `${configMaps}?dryRun=Some`, { body: aConfigMap("b") })).status, 422);
  assert.equal(cache.list(ports.kinds.byType("v1", "ConfigMap") ?? assert.fail()).length, 1);
});

test("creates nothing in a namespace that is not there or is going", async () => {
  const { ask } = await anApi();
  const path = "/api/v1/namespaces/room/configmaps";
  const missing = await ask("POST", path, { body: aConfigMap("a") });
  assert.deepEqual([missing.status, missing.json.message], [404, 'namespaces "room" not found']);
  await ask("POST", "/api/v1/namespaces", {
    body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "room" } },
  });
  assert.equal((await ask("POST", path, { body: aConfigMap("a") })).status, 201);
  const { json: going } = await ask("DELETE", "/api/v1/namespaces/room");
  assert.deepEqual([going.status.phase, going.spec.finalizers], ["Terminating", ["kubernetes"]]);
  const late = await ask("POST", path, { body: aConfigMap("b") });
  assert.equal(late.status, 403);
  assert.match(late.json.message, /because it is being terminated/);
});

test("lets a namespace go when its finalizers are gone", async () => {
  const { ask } = await anApi();
  const path = "/api/v1/namespaces/room";
  await ask("POST", "/api/v1/namespaces", {
    body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "room" } },
  });
  const { json } = await ask("DELETE", path);
  assert.equal(
    (await ask("PUT", `${path}/finalize`, { body: { ...json, spec: { finalizers: [] } } })).status,
    200,
  );
  assert.equal((await ask("GET", path)).status, 404);
});

test("never deletes the system's namespaces", async () => {
  const { ask } = await anApi();
  await ask("POST", "/api/v1/namespaces", {
    body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
  });
  const { status, json } = await ask("DELETE", "/api/v1/namespaces/default");
  assert.deepEqual(
    [status, json.message],
    [403, 'namespaces "default" is forbidden: this namespace may not be deleted'],
  );
});

const refusals: readonly (readonly [string, string, string, object, number, RegExp])[] = [
  ["an unknown path", "GET", "/foo", {}, 404, /could not find the requested resource/],
  ["an unknown group", "GET", "/apis/example.com/v1/foos", {}, 404, /could not find the requested resource/],
  ["an unknown subresource", "GET", `${pods}/web/nothing`, {}, 404, /could not find the requested resource/],
  ["an object that is not there", "GET", `${pods}/web`, {}, 404, /pods "web" not found/],
  ["a method that a path does not take", "POST", `${pods}/web`, {}, 405, /does not allow this method/],
  ["a method that nothing takes", "BREW", pods, {}, 405, /does not allow this method/],
  ["a body that is cut off", "POST", pods, { body: '{"kind":"Pod",' }, 400, /not valid JSON/],
  ["a body that is empty", "POST", pods, {}, 400, /is empty/],
  ["a body that is no object", "POST", pods, { body: "[]" }, 400, /must be an object/],
  ["an unknown format", "POST", pods, { body: "x", contentType: "text/plain" }, 415, /unknown format/],
  [
    "a patch of an unknown format",
    "PATCH",
    `${pods}/web`,
    { body: "{}" },
    415,
    /application\/merge-patch\+json/,
  ],
  ["an object of another kind", "POST", pods, { body: aConfigMap("a") }, 400, /cannot be handled as a Pod/],
  [
    "an object of another version",
    "POST",
    pods,
    { body: { ...aPod("a"), apiVersion: "v2" } },
    400,
    /does not match the expected API version/,
  ],
  [
    "an object of another namespace",
    "POST",
    pods,
    { body: aPod("a", { metadata: { namespace: "other" } }) },
    400,
    /namespace of the provided object does not match/,
  ],
  ["a name that breaks the rules", "POST", pods, { body: aPod("Not_a_name") }, 422, /metadata.name/],
  [
    "no name at all",
    "POST",
    pods,
    { body: { ...aPod(""), metadata: {} } },
    422,
    /name or generateName is required/,
  ],
  ["a selector that cannot be read", "GET", `${pods}?labelSelector=a%20b%20c`, {}, 400, /selector/],
  [
    "a field that cannot be selected by",
    "GET",
    `${pods}?fieldSelector=spec.nothing%3Da`,
    {},
    400,
    /field label not supported/,
  ],
  ["an answer that cannot be given", "GET", pods, { accept: "application/xml" }, 406, /media types/],
];

for (const [what, method, path, asked, status, message] of refusals) {
  test(`refuses ${what} with ${status}`, async () => {
    const { ask } = await anApi();
    const answer = await ask(method, path, asked);
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.json.kind, "Status");
    assert.equal(answer.json.code, status);
    assert.match(answer.json.message, message);
  });
}

test("answers about health whoever asks, and nothing else without a role", async () => {
  const { ask } = await anApi();
  for (const path of ["/healthz", "/livez", "/readyz"])
    assert.equal((await ask("GET", path, { user: undefined })).status, 200, path);
  const said = async (path: string) => (await ask("GET", path, { user: undefined })).json.message;
  assert.equal(await said("/metrics"), 'forbidden: User "system:anonymous" cannot get path "/metrics"');
  assert.equal(
    await said("/api/v1/nodes/pi-1"),
    'nodes "pi-1" is forbidden: User "system:anonymous" cannot get resource "nodes" in API group "" at the cluster scope',
  );
});

test("forbids strangers everything, in Kubernetes' words", async () => {
  const { ask } = await anApi();
  const user = { name: "jane", groups: ["system:authenticated"] };
  const { status, json } = await ask("GET", pods, { user });
  assert.equal(status, 403);
  assert.equal(
    json.message,
    'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
  );
  assert.equal((await ask("GET", "/metrics", { user })).status, 403);
});

test("says that the store is away instead of answering 200", async () => {
  const { ask, stores } = await anApi();
  stores.durable.setAway(true);
  const { status, json } = await ask("POST", configMaps, { body: aConfigMap("a") });
  assert.deepEqual([status, json.reason], [503, "ServiceUnavailable"]);
});

test("pages through a list of one revision", async () => {
  const { ask } = await anApi();
  for (const name of ["a", "b", "c", "d", "e"]) await ask("POST", configMaps, { body: aConfigMap(name) });
  const first = await ask("GET", `${configMaps}?limit=2`);
  await ask("DELETE", `${configMaps}/c`);
  const token = encodeURIComponent(first.json.metadata.continue);
  const second = await ask("GET", `${configMaps}?limit=2&continue=${token}`);
  const rest = await ask(
    "GET",
    `${configMaps}?continue=${encodeURIComponent(second.json.metadata.continue)}`,
  );
  const names = [first, second, rest].map(({ json }) =>
    json.items.map((item) => item.metadata.name).join(""),
  );
  assert.deepEqual(names, ["ab", "cd", "e"]);
  assert.deepEqual([first.json.metadata.remainingItemCount, rest.json.metadata.continue], [3, undefined]);
  assert.equal(second.json.metadata.resourceVersion, first.json.metadata.resourceVersion);
  const wrong = await ask("GET", `${configMaps}?continue=bm90IG91cnM`);
  assert.deepEqual([wrong.status, wrong.json.message], [400, "continue key is not valid"]);
});

test("shows a list as it was at an exact revision", async () => {
  const { ask } = await anApi();
  await ask("POST", configMaps, { body: aConfigMap("a") });
  await ask("POST", configMaps, { body: aConfigMap("b") });
  const { metadata } = (await ask("GET", configMaps)).json;
  await ask("DELETE", `${configMaps}/a`);
  await ask("PUT", `${configMaps}/b`, { body: aConfigMap("b", { data: { key: "new" } }) });
  await ask("POST", configMaps, { body: aConfigMap("c") });
  const exact = `resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=Exact`;
  const { items, metadata: seen } = (await ask("GET", `${configMaps}?${exact}`)).json;
  assert.deepEqual(
    items.map((item) => `${item.metadata.name} ${item.data["key"] ?? ""}`),
    ["a value", "b value"],
  );
  assert.equal(seen.resourceVersion, metadata.resourceVersion);
  const newer = await ask("GET", `${configMaps}?${exact.replace("Exact", "NotOlderThan")}`);
  assert.equal(newer.json.items.map((item) => item.metadata.name).join(""), "bc");
});

test("tells a reader of pages who comes too late to begin anew", async () => {
  const { ask, stores } = await anApi();
  for (const name of ["a", "b"]) await ask("POST", configMaps, { body: aConfigMap(name) });
  const { json } = await ask("GET", `${configMaps}?limit=1`);
  const key = formatKey({ group: "", plural: "configmaps", namespace: "default", name: "b" });
  const entry = (await stores.durable.get(key)) ?? assert.fail();
  let { revision } = entry;
  for (let i = 0; i <= 1.25 * cacheLimits.ringEventsMax; i += 1)
    revision = await stores.durable.update(key, entry.object, revision);
  await settle();
  const late = await ask(
    "GET",
    `${configMaps}?limit=1&continue=${encodeURIComponent(json.metadata.continue)}`,
  );
  assert.deepEqual([late.status, late.json.reason], [410, "Expired"]);
});

test("refuses an answer that it cannot give before it does anything", async () => {
  const { ask } = await anApi();
  const refused = await ask("POST", configMaps, { body: aConfigMap("a"), accept: "application/xml" });
  assert.equal(refused.status, 406);
  assert.equal((await ask("GET", `${configMaps}/a`)).status, 404);
});

test("is not confused by formats and fields that are named like parts of JavaScript", async () => {
  const { ask } = await anApi();
  assert.equal((await ask("POST", configMaps, { body: "{}", contentType: "constructor" })).status, 415);
  const body = '{"metadata":{"name":"a"},"data":{"__proto__":"x","constructor":"y"}}';
  assert.equal((await ask("POST", configMaps, { body })).status, 201);
  const { text } = await ask("GET", `${configMaps}/a`);
  assert.match(text, /"data":\{"__proto__":"x","constructor":"y"\}/);
});

test("warns of unknown fields in headers of plain ASCII, or refuses them, or says nothing", async () => {
  const { ask } = await anApi();
  const body = { ...aConfigMap("a"), größe: 1 };
  const strict = await ask("POST", `${configMaps}?fieldValidation=Strict`, { body });
  assert.match(strict.json.message, /strict decoding error: unknown field "größe"/);
  const ignored = await ask("POST", `${configMaps}?fieldValidation=Ignore&dryRun=All`, { body });
  assert.deepEqual([ignored.status, ignored.headers["warning"]], [201, undefined]);
  const warned = await ask("POST", configMaps, { body });
  assert.deepEqual(
    [warned.status, warned.headers["warning"]],
    [201, ['299 - "unknown field \\"gr\\u00f6\\u00dfe\\""']],
  );
});
