import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "@kubus/shared/testing/settle.ts";
import { cacheLimits } from "../../cache/cache.ts";
import { apiLimits } from "../limits.ts";
import { isStream } from "../request.ts";
import { aConfigMap, anApi, aReader, aWatch, type World } from "../testing/world.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const merge = { contentType: "application/merge-patch+json" };

const put = ({ ask }: World, name: string, labels: object = {}) =>
  ask("POST", configMaps, { body: aConfigMap(name, { metadata: { name, labels } }) });

const label = ({ ask }: World, name: string, app: string | null) =>
  ask("PATCH", `${configMaps}/${name}`, { ...merge, body: { metadata: { labels: { app } } } });

test("shows the present state first, then every change once, in order", async () => {
  const world = await anApi();
  await put(world, "a");
  const watch = await aWatch(world, `${configMaps}?watch=true`);
  await put(world, "b");
  await label(world, "a", "x");
  await world.ask("DELETE", `${configMaps}/b`);
  await settle();
  assert.deepEqual(watch.told(), ["ADDED a", "ADDED b", "MODIFIED a", "DELETED b"]);
  const versions = watch.events().map(({ object }) => Number(object.metadata.resourceVersion));
  assert.deepEqual(versions, [1, 2, 3, 4]);
});

test("goes on after a given revision, without the state before it", async () => {
  const world = await anApi();
  const { json } = await put(world, "a");
  await put(world, "b");
  const watch = await aWatch(
    world,
    `${configMaps}?watch=true&resourceVersion=${json.metadata.resourceVersion}`,
  );
  assert.deepEqual(watch.told(), ["ADDED b"]);
});

test("lets objects appear and disappear as they begin and cease to match", async () => {
  const world = await anApi();
  const watch = await aWatch(world, `${configMaps}?watch=1&labelSelector=app%3Dx`);
  await put(world, "a");
  await label(world, "a", "x");
  await label(world, "a", "y");
  await settle();
  assert.deepEqual(watch.told(), ["ADDED a", "DELETED a"]);
  const [added, deleted] = watch.events();
  assert.deepEqual(added?.object.metadata.labels, { app: "x" });
  assert.deepEqual(
    deleted?.object.metadata.labels,
    { app: "x" },
    "a disappearing object is shown as it last matched",
  );
  assert.equal(deleted.object.metadata.resourceVersion, "3");
});

test("watches one object by its name, and one namespace", async () => {
  const world = await anApi();
  const one = await aWatch(world, `${configMaps}?watch=true&fieldSelector=metadata.name%3Db`);
  const other = await aWatch(world, "/api/v1/namespaces/kube-system/configmaps?watch=true");
  const all = await aWatch(world, "/api/v1/configmaps?watch=true");
  await put(world, "a");
  await put(world, "b");
  await settle();
  assert.deepEqual([one.told(), other.told(), all.told()], [["ADDED b"], [], ["ADDED a", "ADDED b"]]);
});

test("tells a reader that is too far behind to list again", async () => {
  const world = await anApi();
  await put(world, "a");
  for (let i = 0; i <= 2 * cacheLimits.ringEventsMax; i += 1) await label(world, "a", `x${i}`);
  const watch = await aWatch(world, `${configMaps}?watch=true&resourceVersion=1`);
  const [event] = watch.events();
  assert.equal(event?.type, "ERROR");
  assert.deepEqual([event.object.code, event.object.reason], [410, "Expired"]);
  await watch.over;
  assert.deepEqual(watch.ends, ["ended"]);
});

test("waits a little for a revision that this server has not seen, then says so", async () => {
  const world = await anApi();
  const waiting = world.ask("GET", `${configMaps}?watch=true&resourceVersion=7`);
  await world.clock.advance(apiLimits.revisionWaitMs);
  const { status, json } = await waiting;
  assert.deepEqual([status, json.reason], [504, "Timeout"]);
  assert.match(json.message, /Too large resource version: 7, current: 0/);
});

test("refuses revisions that nobody gave out", async () => {
  const { ask } = await anApi();
  assert.equal((await ask("GET", `${configMaps}?watch=true&resourceVersion=abc`)).status, 400);
  assert.equal((await ask("GET", "/api/v1/events?watch=true&resourceVersion=12")).status, 410);
});

test("sends bookmarks once a minute to those who want them", async () => {
  const world = await anApi();
  const wanted = await aWatch(world, `${configMaps}?watch=true&allowWatchBookmarks=true`);
  const other = await aWatch(world, `${configMaps}?watch=true`);
  await put(world, "a");
  await world.clock.advance(2 * apiLimits.bookmarkPauseMs + 1_000);
  assert.deepEqual(
    wanted.events().map(({ type, object }) => `${type} ${object.kind} ${object.metadata.resourceVersion}`),
    ["ADDED ConfigMap 1", "BOOKMARK ConfigMap 1", "BOOKMARK ConfigMap 1"],
  );
  assert.deepEqual(other.told(), ["ADDED a"]);
});

test("marks the end of the present state for readers of a WatchList", async () => {
  const world = await anApi();
  await put(world, "a");
  const query =
    "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  const watch = await aWatch(world, `${configMaps}?${query}`);
  await put(world, "b");
  await settle();
  const [added, mark, later] = watch.events();
  assert.deepEqual([added?.type, mark?.type, later?.type], ["ADDED", "BOOKMARK", "ADDED"]);
  assert.deepEqual(mark?.object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
  assert.equal(mark.object.metadata.resourceVersion, "1");
});

test("refuses half of a WatchList", async () => {
  const { ask } = await anApi();
  assert.equal((await ask("GET", `${configMaps}?watch=true&sendInitialEvents=true`)).status, 422);
  assert.equal((await ask("GET", `${configMaps}?watch=true&resourceVersionMatch=NotOlderThan`)).status, 422);
});

test("ends when the time is over that was asked for", async () => {
  const world = await anApi();
  const watch = await aWatch(world, `${configMaps}?watch=true&timeoutSeconds=5`);
  await world.clock.advance(4_999);
  assert.deepEqual(watch.ends, []);
  await world.clock.advance(1);
  await watch.over;
  assert.deepEqual(watch.ends, ["ended"]);
  await put(world, "a");
  assert.deepEqual(watch.told(), []);
});

test("forgets a reader that left", async () => {
  const world = await anApi();
  const watch = await aWatch(world, `${configMaps}?watch=true`);
  watch.leave();
  await watch.over;
  assert.deepEqual(world.clock.pending(), [], "no timer outlives its watch");
  const { text } = await world.ask("GET", "/metrics");
  assert.match(text, /apiserver_longrunning_requests\{verb="watch",resource="configmaps",subresource=""\} 0/);
});

test("cuts off a reader that does not keep up", async () => {
  const world = await anApi();
  const response = await world.send("GET", `${configMaps}?watch=true&resourceVersion=0`);
  assert.ok(isStream(response));
  const reader = aReader({ isStuck: true });
  const over = response.stream(reader.sink);
  const big = "x".repeat(900_000);
  for (let i = 0; i < 10; i += 1)
    await world.ask("POST", configMaps, { body: aConfigMap(`a${i}`, { data: { big } }) });
  await over;
  assert.match(reader.ends[0] ?? "", /bytes behind/);
});

test("watches tables: one row for each change, the columns once", async () => {
  const world = await anApi();
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  const watch = await aWatch(world, `${configMaps}?watch=true`, { accept });
  await put(world, "a");
  await label(world, "a", "x");
  await settle();
  const [first, second] = watch.events();
  assert.deepEqual(
    first?.object.rows.map(({ cells }) => cells[0]),
    ["a"],
  );
  assert.ok(first.object.columnDefinitions.length);
  assert.equal(second?.object.columnDefinitions, undefined);
});

test("INVARIANT: a watch shows every revision that concerns it once, in order, or it ends", async () => {
  const world = await anApi();
  const early = await aWatch(world, `${configMaps}?watch=true&resourceVersion=0`);
  await put(world, "a");
  const changes = Array.from({ length: 50 }, (_, i) => label(world, "a", `x${i}`));
  const middle = await aWatch(world, `${configMaps}?watch=true&resourceVersion=1`);
  await Promise.all(changes);
  await settle();
  const late = await aWatch(world, `${configMaps}?watch=true&resourceVersion=1`);
  const versions = (watch: typeof early) =>
    watch.events().map(({ object }) => Number(object.metadata.resourceVersion));
  assert.deepEqual(versions(early), [1, ...versions(middle)]);
  assert.deepEqual(versions(late), versions(middle));
  assert.deepEqual(
    versions(early),
    [...versions(early)].sort((a, b) => a - b),
  );
  assert.equal(new Set(versions(early)).size, 51);
});
