import assert from "node:assert/strict";
import { test } from "node:test";
import { anApi } from "../../api/testing/world.ts";

test("one class is for whoever asks for none, and no other", async () => {
  const { ask } = await anApi();
  const path = "/apis/scheduling.k8s.io/v1/priorityclasses";
  const make = (name: string, globalDefault: boolean) =>
    ask("POST", path, { body: { metadata: { name }, value: 10, globalDefault } });
  assert.equal((await make("usual", true)).status, 201);
  const { status, json } = await make("other", true);
  assert.equal(status, 403);
  assert.equal(
    json.message,
    'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
  );
  assert.equal((await make("other", false)).status, 201);
  const contentType = "application/merge-patch+json";
  const mark = (name: string) =>
    ask("PATCH", `${path}/${name}`, { contentType, body: { globalDefault: true } });
  assert.equal((await mark("other")).status, 403);
  assert.equal((await mark("usual")).status, 200);
  const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
  const rows = (await ask("GET", path, { accept })).json.rows.map(({ cells }) => cells);
  assert.deepEqual(rows, [
    ["other", 10, false, "0s", "PreemptLowerPriority"],
    ["usual", 10, true, "0s", "PreemptLowerPriority"],
  ]);
});
