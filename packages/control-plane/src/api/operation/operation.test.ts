/** What operators rely on, seen from the API: health, measures, the audit log, long lists. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isStream } from "../request.ts";
import { aConfigMap, anApi, aReader } from "../testing/world.ts";
import { operationLimits } from "./limits.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const stranger = { name: "jane", groups: ["system:authenticated"] };

test("health is a word, a list, or one check", async () => {
  const { ask } = await anApi();
  assert.equal((await ask("GET", "/livez")).text, "ok");
  assert.equal((await ask("GET", "/readyz?verbose")).text, "[+]ping ok\n[+]cache ok\nreadyz check passed\n");
  assert.equal((await ask("GET", "/readyz/cache")).text, "ok");
  assert.equal((await ask("GET", "/readyz?verbose&exclude=cache")).text, "[+]ping ok\nreadyz check passed\n");
  assert.equal((await ask("GET", "/readyz/nothing")).status, 404);
});

test("counts requests and how long they took", async () => {
  const { ask } = await anApi();
  await ask("POST", configMaps, { body: aConfigMap("a") });
  await ask("GET", `${configMaps}/b`);
  const { text, headers } = await ask("GET", "/metrics");
  assert.match(String(headers["content-type"]), /^text\/plain/);
  assert.match(
    text,
    /^apiserver_request_total\{verb="create",group="",version="v1",resource="configmaps",subresource="",code="201"\} 1$/m,
  );
  assert.match(text, /^apiserver_request_total\{verb="get",.*code="404"\} 1$/m);
  assert.match(
    text,
    /^apiserver_request_duration_seconds_count\{verb="create",resource="configmaps",subresource=""\} 1$/m,
  );
});

test("the audit log tells of changes and of refusals, never of contents", async () => {
  const events: object[] = [];
  const { ask } = await anApi({ audit: (event) => void events.push(event) });
  await ask("POST", configMaps, { body: aConfigMap("a", { data: { key: "hidden" } }) });
  await ask("GET", `${configMaps}/a`);
  await ask("DELETE", `${configMaps}/a`, { user: stranger });
  const told = (
    events as readonly { verb: string; user: { username: string }; responseStatus: { code: number } }[]
  ).map(({ verb, user, responseStatus }) => [verb, user.username, responseStatus.code]);
  assert.deepEqual(told, [
    ["create", "kubernetes-admin", 201],
    ["delete", "jane", 403],
  ]);
  assert.doesNotMatch(JSON.stringify(events), /hidden/);
  assert.match(
    JSON.stringify(events[1]),
    /"objectRef":\{"resource":"configmaps","namespace":"default","name":"a"/,
  );
});

test("a long list comes in slices, and is the same list", async () => {
  const { ask, send } = await anApi();
  const count = operationLimits.longListMin + 10;
  for (let i = 0; i < count; i += 1) await ask("POST", configMaps, { body: aConfigMap(`a${i}`) });
  for (const accept of [
    "application/json",
    "application/json;as=Table;v=v1;g=meta.k8s.io",
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
  ]) {
    const response = await send("GET", configMaps, { accept });
    assert.ok(isStream(response) && response.isWhole === true);
    const { sink, chunks, ends } = aReader();
    await response.stream(sink);
    assert.deepEqual(ends, ["ended"]);
    const list = JSON.parse(Buffer.concat(chunks).toString()) as { items?: object[]; rows?: object[] };
    assert.equal((list.items ?? list.rows)?.length, count);
    const { text } = await ask("GET", `${configMaps}?limit=10`, { accept });
    const page = JSON.parse(text) as { items?: object[]; rows?: object[] };
    assert.deepEqual((list.items ?? list.rows)?.slice(0, 10), page.items ?? page.rows);
  }
});

test("only a few long lists are sent at once, and a reader who leaves gives up the seat", async () => {
  const { ask, send, ports } = await anApi();
  const count = operationLimits.longListMin;
  for (let i = 0; i < count; i += 1) await ask("POST", configMaps, { body: aConfigMap(`a${i}`) });
  assert.equal(ports.cache.list(ports.kinds.byType("v1", "ConfigMap") ?? assert.fail()).length, count);
  const lists = await Promise.all(Array.from({ length: 6 }, () => send("GET", configMaps)));
  const readers = lists.map((response) => {
    assert.ok(isStream(response));
    const reader = aReader();
    return { ...reader, over: response.stream(reader.sink) };
  });
  readers[0]?.leave();
  await Promise.all(readers.map(({ over }) => over));
  const whole = readers
    .slice(1)
    .map(({ chunks }) => JSON.parse(Buffer.concat(chunks).toString()) as { items: object[] });
  assert.deepEqual(
    whole.map(({ items }) => items.length),
    [count, count, count, count, count],
  );
});
