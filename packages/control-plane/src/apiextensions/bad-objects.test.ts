/** Custom objects that are refused, in Kubernetes' words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  aCronTab,
  aDatabase,
  aDatabaseDefinition,
  aDefinition,
  cronTabPath,
  databasesPath,
} from "./testing/definitions.ts";
import { causesOf, withKinds } from "./testing/world.ts";

const notChecked =
  '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

interface Bad {
  readonly what: string;
  readonly path: string;
  readonly body: object;
  readonly causes: readonly string[];
}

const cronTabs = (what: string, spec: object, ...causes: readonly string[]): Bad => ({
  what,
  path: cronTabPath,
  body: aCronTab("bad", spec as Record<string, unknown>),
  causes,
});

const databases = (what: string, spec: object, ...causes: readonly string[]): Bad => ({
  what,
  path: databasesPath,
  body: aDatabase("bad", spec as Record<string, unknown>),
  causes,
});

const bad: readonly Bad[] = [
  cronTabs(
    "a wrong type",
    { replicas: "three" },
    'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
    notChecked,
  ),
  cronTabs(
    "a fraction where a whole number belongs",
    { replicas: 1.5 },
    'spec.replicas: Invalid value: "number": spec.replicas in body must be of type integer: "number"',
    notChecked,
  ),
  cronTabs("something missing", { cronSpec: undefined }, "spec.cronSpec: Required value", notChecked),
  cronTabs("null where none may be", { cronSpec: null }, "spec.cronSpec: Required value", notChecked),
  cronTabs(
    "null where it may be, and too many",
    { paused: null, replicas: 11, image: "x" },
    "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10",
  ),
  cronTabs(
    "a text of another form",
    { cronSpec: "* * * *" },
    String.raw`spec.cronSpec: Invalid value: "* * * *": spec.cronSpec in body should match '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'`,
  ),
  cronTabs("twice the same in a set", { tags: ["a", "a"] }, 'spec.tags[1]: Duplicate value: "a"'),
  cronTabs(
    "a rule that says where",
    { replicas: 6 },
    'spec.replicas: Invalid value: "object": busybox scales to 5 at most',
  ),
  {
    what: "a name",
    path: cronTabPath,
    body: aCronTab("Bad_Name"),
    causes: [
      `metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
  },
  databases(
    "none of the choices",
    { version: "13" },
    'spec.version: Unsupported value: "13": supported values: "14", "15", "16"',
  ),
  databases(
    "neither number nor text",
    { storage: { size: true } },
    'spec.storage.size: Invalid value: "boolean": spec.storage.size in body must be of type integer,string: "boolean"',
    '<nil>: Invalid value: "": "spec.storage.size" must validate at least one schema (anyOf)',
    'spec.storage.size: Invalid value: "boolean": spec.storage.size in body must be of type integer: "boolean"',
    notChecked,
  ),
  databases(
    "two alternatives at once",
    { backup: { s3: { bucket: "abc" }, volume: {} } },
    '<nil>: Invalid value: "": "spec.backup" must validate one and only one schema (oneOf). Found 2 valid alternatives',
  ),
  databases(
    "no alternative",
    { backup: {} },
    '<nil>: Invalid value: "": "spec.backup" must validate one and only one schema (oneOf). Found none valid',
    "spec.backup.s3: Required value",
    notChecked,
  ),
  databases(
    "too short, and no URI",
    { backup: { s3: { bucket: "ab", endpoint: "not a uri" } } },
    'spec.backup.s3.bucket: Invalid value: "ab": spec.backup.s3.bucket in body should be at least 3 chars long',
    'spec.backup.s3.endpoint: Invalid value: "not a uri": spec.backup.s3.endpoint in body must be of type uri: "not a uri"',
    notChecked,
  ),
  databases(
    "too many, too long, twice",
    { users: ["a", "b", "c", "d", "e", "a"].map((name) => ({ name })), parameters: { x: "y".repeat(65) } },
    "spec.users: Too many: 6: must have at most 5 items",
    "spec.parameters.x: Too long: may not be more than 64 bytes",
    'spec.users[5]: Duplicate value: {"name":"a"}',
    notChecked,
  ),
  databases(
    "an object inside that says nothing of itself",
    { podTemplate: { metadata: { labels: { "-": "x" } } } },
    "spec.podTemplate.apiVersion: Required value: must not be empty",
    "spec.podTemplate.kind: Required value: must not be empty",
    `spec.podTemplate.metadata.labels: Invalid value: "-": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    notChecked,
  ),
  {
    what: "a rule of the whole object",
    path: databasesPath,
    body: aDatabase("a-name-that-is-much-too-long"),
    causes: ['<nil>: Invalid value: "object": name is too long for a database'],
  },
];

for (const { what, path, body, causes } of bad) {
  test(`refused: ${what}`, async () => {
    const { ask } = await withKinds(aDefinition(), aDatabaseDefinition());
    const answer = await ask("POST", path, { body });
    assert.equal(answer.status, 422, answer.text);
    assert.deepEqual(causesOf(answer), causes);
  });
}

test("wrong metadata is refused as it is for every kind", async () => {
  const { ask } = await withKinds();
  const body = { ...aCronTab("a"), metadata: { name: "a", labels: { x: 1 } } };
  const { status, json } = await ask("POST", cronTabPath, { body });
  assert.equal(status, 400);
  assert.match(
    json.message,
    /cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string/,
  );
});

const transitions: readonly (readonly [what: string, patch: object, causes: readonly string[]])[] = [
  [
    "a class that is immutable",
    { storage: { className: "slow" } },
    ['spec.storage.className: Invalid value: "string": class is immutable'],
  ],
  [
    "an item of a list that is a map is known by its key",
    {
      users: [
        { name: "b", role: "reader" },
        { name: "a", role: "owner" },
      ],
    },
    ['spec.users[1]: Invalid value: "object": nobody becomes owner later'],
  ],
  ["new items have no former state", { users: [{ name: "c", role: "owner" }, { name: "a" }] }, []],
];

for (const [what, spec, causes] of transitions) {
  test(`changes: ${what}`, async () => {
    const { ask } = await withKinds(aDatabaseDefinition());
    const body = aDatabase("db", { storage: { size: "1Gi", className: "fast" }, users: [{ name: "a" }] });
    await ask("POST", databasesPath, { body });
    const answer = await ask("PATCH", `${databasesPath}/db`, {
      body: { spec },
      contentType: "application/merge-patch+json",
    });
    assert.equal(answer.status, causes.length === 0 ? 200 : 422, answer.text);
    if (causes.length > 0) assert.deepEqual(causesOf(answer), causes);
  });
}
