import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { depthMax, duplicateMembers, isDeeper, parseJson } from "./json-text.ts";
import { aConfigMap, aDeployment, anApi, type Answer } from "./testing/world.ts";
import { parseYamlText } from "./yaml-text.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const deployments = "/apis/apps/v1/namespaces/default/deployments";

const twice = (text: string) => duplicateMembers(text, JSON.parse(text));

test("finds members that were said twice, wherever they are, each once", () => {
  assert.deepEqual(twice('{"a":1,"b":{"a":1}}'), []);
  assert.deepEqual(twice('{"a":1,"a":1,"a":2}'), ["a"]);
  assert.deepEqual(twice('{"spec": {"x": [1, {"k": 1, "k": 2}, "a:b"], "y": {}, "y" : 3}}'), [
    "spec.x[1].k",
    "spec.y",
  ]);
  assert.deepEqual(twice('{"a":{"\\u0062":1,"b":"\\"}{,"}}'), ["a.b"]);
  assert.deepEqual(twice('[{"a":1},{"a":1,"a":[]}]'), ["[1].a"]);
  assert.deepEqual(twice('{ "10": 1, "2": 1, "": 0 }'), []);
});

test("finds none in what was written without", () => {
  const random = seededRandom(3);
  const pick = (max: number) => Math.floor(random.next() * max);
  const value = (depth: number): unknown => {
    const kind = depth > 4 ? 3 + pick(2) : pick(5);
    if (kind < 2)
      return Object.fromEntries(
        Array.from({ length: pick(5) }, (_, i) => [`${'k":{ \\'.slice(pick(6))}${i}`, value(depth + 1)]),
      );
    if (kind === 2) return Array.from({ length: pick(4) }, () => value(depth + 1));
    return kind === 3 ? ['"', "}", ",", "a:b", "\\"][pick(5)] : pick(100);
  };
  for (let i = 0; i < 500; i += 1) {
    const random = value(0);
    for (const indent of [0, 2]) assert.deepEqual(twice(JSON.stringify(random, undefined, indent)), []);
  }
});

test("depth has a limit, also where a patch built it", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  assert.ok(Array.isArray(parseJson(nested(depthMax))));
  assert.throws(() => parseJson(nested(depthMax + 1)), /exceeded max depth/);
  assert.throws(() => parseJson(nested(1_000_000)), /exceeded max depth/);
  assert.ok(typeof parseJson(JSON.stringify("[".repeat(5_000))) === "string");
  assert.equal(isDeeper(JSON.parse(nested(depthMax))), false);
  assert.equal(isDeeper(JSON.parse(nested(depthMax + 2))), true);
});

test("YAML: keys said twice, aliases that explode or have no end, more than one document", () => {
  assert.deepEqual(parseYamlText("a: 1\nb:\n  c: 1\n  c: 2\n"), {
    value: { a: 1, b: { c: 2 } },
    duplicates: ['yaml: unmarshal errors:\n  line 4: key "c" already set in map'],
  });
  assert.deepEqual(parseYamlText("a: yes\nb: 0777\n").value, { a: true, b: 511 });
  const bomb = ["a0: &a0 [x,x]"];
  for (let i = 1; i < 30; i += 1) bomb.push(`a${i}: &a${i} [*a${i - 1},*a${i - 1}]`);
  assert.throws(() => parseYamlText(bomb.join("\n")), /alias/i);
  assert.throws(() => parseYamlText("a: &x\n  b: [1, {c: *x}]\n"), /anchor 'x' value contains itself/);
  assert.deepEqual(parseYamlText("a: 1\n---\nb: 2\n").value, { a: 1 });
  assert.throws(() => parseYamlText(`${"[".repeat(5_000)}${"]".repeat(5_000)}`));
  assert.throws(() => parseYamlText("a: [1"));
});

const told = async (answer: Promise<Answer>) => {
  const { status, json, headers } = await answer;
  const { warning = [] } = headers;
  return [status < 300 ? `${status}` : `${status} ${json.message}`, ...[warning].flat()];
};

test("fields said twice are refused, told of or ignored, as unknown ones are", async () => {
  const { ask } = await anApi();
  const body = JSON.stringify(aDeployment("web")).replace(
    '"replicas":1',
    '"replicas":1,"replicas":2,"foo":1',
  );
  const create = (mode: string) => told(ask("POST", `${deployments}?dryRun=All${mode}`, { body }));
  assert.deepEqual(await create("&fieldValidation=Strict"), [
    '400 Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: duplicate field "spec.replicas", unknown field "spec.foo"',
  ]);
  const warnings = ['299 - "duplicate field \\"spec.replicas\\""', '299 - "unknown field \\"spec.foo\\""'];
  assert.deepEqual(await create("&fieldValidation=Warn"), ["201", ...warnings]);
  assert.deepEqual(await create(""), ["201", ...warnings]);
  assert.deepEqual(await create("&fieldValidation=Ignore"), ["201"]);
  assert.deepEqual(await create("&fieldValidation=Perhaps"), [
    '422 CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Perhaps": supported values: "Ignore", "Strict", "Warn"',
  ]);
});

test("patches are strict in the words of their dialect", async () => {
  const { ask } = await anApi();
  await ask("POST", configMaps, { body: aConfigMap("a") });
  const patch = (dialect: string, body: unknown, mode = "Strict") =>
    told(
      ask("PATCH", `${configMaps}/a?fieldValidation=${mode}&dryRun=All`, {
        body,
        contentType: `application/${dialect}`,
      }),
    );
  const [merge] = await patch("merge-patch+json", { foo: 1 });
  assert.match(
    merge ?? "",
    /^422 {2}"" is invalid: patch: Invalid value: "\{\\"apiVersion\\":.*: strict decoding error: unknown field "foo"$/,
  );
  assert.deepEqual(await patch("strategic-merge-patch+json", '{"data":{"a":"1","a":"2"},"foo":{"b":1}}'), [
    '422  "" is invalid: patch: Invalid value: "map[data:map[a:2] foo:map[b:1]]": strict decoding error: duplicate field "data.a", unknown field "foo"',
  ]);
  const [json] = await patch("json-patch+json", '[{"op":"add","path":"/data/x","value":"1","op":"add"}]');
  assert.match(json ?? "", /strict decoding error: json patch duplicate field "\[0\]\.op"$/);
  assert.deepEqual(await patch("merge-patch+json", { foo: 1 }, "Warn"), [
    "200",
    '299 - "unknown field \\"foo\\""',
  ]);
  const [kind] = await patch("merge-patch+json", { kind: "Pod" });
  assert.match(kind ?? "", /^422 .* no kind "Pod" is registered for version "v1"$/);
  assert.deepEqual(await patch("json-patch+json", [{ op: "test", path: "/data/key", value: "x" }]), [
    "422 the server rejected our request due to an error in our request",
  ]);
  assert.match((await patch("merge-patch+json", "{"))[0] ?? "", /^400 /);
  assert.match((await patch("x-yaml", "{}"))[0] ?? "", /^415 .*application\/apply-patch\+yaml$/);
});

test("a replacement names what it replaces", async () => {
  const { ask } = await anApi();
  await ask("POST", configMaps, { body: aConfigMap("a") });
  assert.deepEqual(await told(ask("PUT", `${configMaps}/a`, { body: { data: {} } })), [
    "400 the name of the object (a based on URL) was undeterminable: name must be provided",
  ]);
  assert.deepEqual(await told(ask("PUT", `${configMaps}/a`, { body: aConfigMap("b") })), [
    "400 the name of the object (b) does not match the name on the URL (a)",
  ]);
  assert.match(
    (await told(ask("PUT", `${configMaps}/none`, { body: aConfigMap("none") })))[0] ?? "",
    /^404 /,
  );
});
