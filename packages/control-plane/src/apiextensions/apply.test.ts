/** Server-side apply and patches of custom kinds: by the schema that came with them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aCronTab, cronTabPath } from "./testing/definitions.ts";
import { withKinds } from "./testing/world.ts";

const applyType = "application/apply-patch+yaml";

test("custom kinds are applied by their own schema, and take no strategic merge patch", async () => {
  const { ask } = await withKinds();
  const path = `${cronTabPath}/a`;
  const apply = (body: object, manager = "kubectl") =>
    ask("PATCH", `${path}?fieldManager=${manager}`, { body, contentType: applyType });
  const created = await apply(aCronTab("a", { replicas: 2 }));
  assert.equal(created.status, 201, created.text);
  const refused = await apply(aCronTab("a", { replicas: 3 }), "other");
  assert.deepEqual(
    [refused.status, refused.json.message],
    [409, 'Apply failed with 1 conflict: conflict with "kubectl": .spec.replicas'],
  );
  const unknown = await apply(aCronTab("a", { foo: 1 }));
  assert.match(unknown.json.message, /\.spec\.foo: field not declared in schema$/);
  const strategic = await ask("PATCH", path, {
    body: {},
    contentType: "application/strategic-merge-patch+json",
  });
  assert.deepEqual(
    [strategic.status, strategic.json.message],
    [
      415,
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
    ],
  );
  const [entry] = (created.json.metadata.managedFields ?? []) as readonly { readonly fieldsV1: object }[];
  assert.deepEqual(entry?.fieldsV1, {
    "f:spec": { "f:cronSpec": {}, "f:replicas": {} },
  });
});
