import assert from "node:assert/strict";
import { test } from "node:test";
import { readFields, readText } from "../../protobuf/reader.ts";
import { anApi } from "../testing/world.ts";
import { encodeOpenApiV2 } from "./wire.ts";

const protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly definitions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly type?: string }[];
  readonly consumes: readonly string[];
}

/** The bytes of one field of a message, once for each time it is there. */
const fieldsOf = (bytes: Uint8Array, number: number): readonly Uint8Array[] =>
  [...readFields(bytes)].flatMap((field) =>
    field.number === number && field.value instanceof Uint8Array ? [field.value] : [],
  );

/** The message or text at a path of field numbers; the first at each step. */
const at = (bytes: Uint8Array, ...path: readonly number[]): Uint8Array =>
  path.reduce((inner, number) => fieldsOf(inner, number)[0] ?? assert.fail(`no field ${number}`), bytes);

const named = (list: readonly Uint8Array[], name: string): Uint8Array =>
  at(list.find((entry) => readText(at(entry, 1)) === name) ?? assert.fail(`no ${name}`), 2);

test("is JSON unless protobuf is asked for, and refers to nothing that is not there", async () => {
  const { ask } = await anApi();
  const { status, headers, text } = await ask("GET", "/openapi/v2");
  assert.deepEqual([status, headers["content-type"]], [200, "application/json"]);
  const { definitions, paths } = JSON.parse(text) as Document;
  const names = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, name = ""]) => name);
  assert.deepEqual(
    [...new Set(names)].filter((name) => !(name.replace("#/definitions/", "") in definitions)),
    [],
  );
  assert.ok(names.length > 100);
  const patch = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]?.["patch"];
  assert.deepEqual(
    patch?.parameters.map((parameter) => [parameter.name, parameter.in]),
    [
      ["body", "body"],
      ["dryRun", "query"],
      ["fieldManager", "query"],
      ["fieldValidation", "query"],
      ["force", "query"],
    ],
  );
});

test("types that several groups use stand for every kind that they are", async () => {
  const { ask } = await anApi();
  const { definitions } = JSON.parse((await ask("GET", "/openapi/v2")).text) as Document;
  const pod = definitions["io.k8s.api.core.v1.Pod"];
  assert.deepEqual(pod?.["x-kubernetes-group-version-kind"], [{ group: "", version: "v1", kind: "Pod" }]);
  const spec = (pod["properties"] as Record<string, Record<string, unknown>>)["spec"];
  assert.equal(spec?.["$ref"], "#/definitions/io.k8s.api.core.v1.PodSpec");
  const { containers } = definitions["io.k8s.api.core.v1.PodSpec"]?.["properties"] as Record<
    string,
    Record<string, unknown>
  >;
  assert.match(String(containers?.["description"]), /^List of containers belonging to the pod/);
});

test("the protobuf form holds the same definitions, paths and parameters", async () => {
  const { send, ask } = await anApi();
  const { definitions, paths } = JSON.parse((await ask("GET", "/openapi/v2")).text) as Document;
  const response = await send("GET", "/openapi/v2", { accept: protobuf });
  assert.ok("body" in response);
  assert.equal(
    response.headers["content-type"],
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
  );
  const entries = fieldsOf(at(response.body, 9), 1);
  assert.deepEqual(
    entries.map((entry) => readText(at(entry, 1))),
    Object.keys(definitions),
  );
  assert.equal(fieldsOf(at(response.body, 8), 2).length, Object.keys(paths).length);
  const container = named(entries, "io.k8s.api.core.v1.Container");
  const properties = fieldsOf(at(container, 25), 1);
  assert.equal(readText(at(named(properties, "image"), 22, 1)), "string");
  assert.equal(
    readText(at(named(properties, "ports"), 23, 1, 1)),
    "#/definitions/io.k8s.api.core.v1.ContainerPort",
  );
  const item = named(fieldsOf(at(response.body, 8), 2), "/api/v1/namespaces/{namespace}/pods/{name}");
  const dryRun = fieldsOf(at(item, 8), 8)[1] ?? assert.fail();
  assert.equal(readText(at(dryRun, 1, 2, 3, 4)), "dryRun");
  const identity = named(fieldsOf(at(item, 8), 13), "x-kubernetes-group-version-kind");
  assert.deepEqual(JSON.parse(readText(at(identity, 2))), { group: "", version: "v1", kind: "Pod" });
});

test("an empty document is the shortest that clients take", () => {
  const empty = {
    swagger: "2.0",
    info: { title: "x", version: "v1.32.4" },
    paths: {},
    definitions: {},
  } as const;
  assert.equal(
    Buffer.from(encodeOpenApiV2(empty)).toString("hex"),
    "0a03322e30120c0a0178120776312e33322e3442004a00",
  );
});

test("who has a document already is told that it is still the same", async () => {
  const { api, ask } = await anApi();
  const { headers } = await ask("GET", "/openapi/v2");
  const user = { name: "a", groups: ["system:masters"] };
  const request = {
    method: "GET",
    path: "/openapi/v2",
    query: new URLSearchParams(),
    body: new Uint8Array(),
    user,
  };
  const again = await api.handle({ ...request, headers: { "if-none-match": String(headers["etag"]) } });
  assert.equal(again.status, 304);
});
