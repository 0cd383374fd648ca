import assert from "node:assert/strict";
import { test } from "node:test";
import { anApi } from "../../api/testing/world.ts";
import { eventKind } from "../core/event/kind.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { newEventKind } from "./index.ts";

const metadata = { name: "web.1", namespace: "default" };
const newer = {
  apiVersion: "events.k8s.io/v1",
  kind: "Event",
  metadata,
  eventTime: "2026-01-01T00:00:00.000000Z",
  series: { count: 2, lastObservedTime: "2026-01-01T00:01:00.000000Z" },
  reportingController: "example.com/watcher",
  reportingInstance: "watcher-1",
  action: "Looking",
  reason: "Seen",
  regarding: { kind: "Pod", namespace: "default", name: "web" },
  related: { kind: "Node", name: "board-1" },
  note: "It was seen.",
  type: "Normal",
};
const old = {
  apiVersion: "v1",
  kind: "Event",
  metadata,
  involvedObject: { kind: "Pod", namespace: "default", name: "web" },
  reason: "Started",
  message: "It started.",
  source: { component: "agent", host: "board-1" },
  firstTimestamp: "2026-01-01T00:00:00Z",
  lastTimestamp: "2026-01-01T00:01:00Z",
  count: 3,
  type: "Normal",
  eventTime: null,
  reportingComponent: "agent",
  reportingInstance: "board-1",
};
const stored = (event: object) => newEventKind.storedAs?.toStored(event as KubeObject);
const shown = (event: object) => newEventKind.storedAs?.fromStored(event as KubeObject);

test("events are renamed both ways, and nothing of them is lost", () => {
  assert.deepEqual(stored(shown(old) ?? {}), old);
  assert.deepEqual(shown(stored(newer) ?? {}), newer);
  const { note, regarding, deprecatedCount, reportingController } = shown(old) as never as Record<
    string,
    unknown
  >;
  assert.deepEqual([note, deprecatedCount, reportingController], ["It started.", 3, "agent"]);
  assert.deepEqual(regarding, old.involvedObject);
});

test("an event that says nothing of its object has an empty reference", () => {
  const { regarding, ...rest } = newer;
  assert.ok(regarding);
  assert.deepEqual((stored(rest) as never as { involvedObject: object }).involvedObject, {});
});

test("as kubectl prints it", () => {
  const now = Date.parse("2026-01-01T00:02:00Z");
  const cells = (event: object) => newEventKind.columns.map((column) => column.of(event as never, now));
  assert.deepEqual(
    cells(shown(old) ?? {}),
    eventKind.columns.map((column) => column.of(old as never, now)),
  );
  assert.deepEqual(cells(newer).slice(0, 4), ["60s", "Normal", "Seen", "pod/web"]);
});

const events = "/apis/events.k8s.io/v1/namespaces/default/events";

test("one event is seen through both groups", async () => {
  const { ask } = await anApi();
  assert.equal((await ask("POST", events, { body: newer })).status, 201);
  const core = await ask("GET", "/api/v1/namespaces/default/events/web.1");
  assert.equal((core.json as never as { message: string }).message, newer.note);
  const again = await ask("GET", `${events}/web.1`);
  assert.equal((again.json as never as { note: string }).note, newer.note);
  const named = async (selector: string) =>
    (await ask("GET", `${events}?fieldSelector=${encodeURIComponent(selector)}`)).json.items.length;
  assert.equal(await named("regarding.name=web"), 1);
  assert.equal(await named("regarding.name=db"), 0);
  assert.equal((await ask("GET", `${events}?fieldSelector=involvedObject.name%3Dweb`)).status, 400);
});

test("the newer group asks who reports what", async () => {
  const { ask } = await anApi();
  const causes = async (more: object) => {
    const { status, json } = await ask("POST", events, { body: { ...newer, ...more } });
    assert.equal(status, 422, JSON.stringify(more));
    return json.details.causes?.map(({ reason, field }) => `${reason} ${field}`);
  };
  const cases: readonly (readonly [object, ...string[]])[] = [
    [{ eventTime: null }, "FieldValueRequired eventTime"],
    [
      { reportingController: "" },
      "FieldValueRequired reportingController",
      "FieldValueInvalid reportingController",
    ],
    [{ reportingController: "a b" }, "FieldValueInvalid reportingController"],
    [{ reportingInstance: "" }, "FieldValueRequired reportingInstance"],
    [{ reportingInstance: "x".repeat(129) }, "FieldValueInvalid reportingInstance"],
    [{ action: "" }, "FieldValueRequired action"],
    [{ action: "x".repeat(129) }, "FieldValueInvalid action"],
    [{ reason: "" }, "FieldValueRequired reason"],
    [{ reason: "x".repeat(129) }, "FieldValueInvalid reason"],
    [{ note: "x".repeat(1_025) }, "FieldValueInvalid message"],
    [{ type: "Odd" }, "FieldValueInvalid type"],
    [{ series: { count: 1, lastObservedTime: newer.eventTime } }, "FieldValueInvalid series.count"],
    [{ deprecatedCount: 1 }, "FieldValueInvalid count"],
    [{ deprecatedFirstTimestamp: "2026-01-01T00:00:00Z" }, "FieldValueInvalid firstTimestamp"],
    [{ deprecatedLastTimestamp: "2026-01-01T00:00:00Z" }, "FieldValueInvalid lastTimestamp"],
    [{ deprecatedSource: { host: "a" } }, "FieldValueInvalid source"],
  ];
  const elsewhere = await ask("POST", events.replace("default", "kube-public"), {
    body: { ...newer, metadata: { name: "a" }, regarding: { kind: "Node", name: "board-1" } },
  });
  assert.deepEqual(
    elsewhere.json.details.causes?.map(({ field }) => field),
    ["involvedObject.namespace"],
  );
  for (const [more, ...expected] of cases)
    assert.deepEqual(await causes(more), expected, JSON.stringify(more));
});

test("through the newer group only the series changes", async () => {
  const { ask } = await anApi();
  await ask("POST", events, { body: newer });
  const patch = (body: object) =>
    ask("PATCH", `${events}/web.1`, { body, contentType: "application/merge-patch+json" });
  const counted = await patch({ series: { count: 5, lastObservedTime: "2026-01-01T00:05:00.000000Z" } });
  assert.equal(counted.status, 200);
  assert.equal((await patch({ series: { count: 1 } })).status, 422);
  for (const [field, value] of Object.entries({
    note: "Other.",
    reason: "Other",
    type: "Warning",
    action: "Else",
  })) {
    const { status, json } = await patch({ [field]: value });
    assert.equal(status, 422, field);
    assert.match(json.message, /field is immutable/);
  }
});
