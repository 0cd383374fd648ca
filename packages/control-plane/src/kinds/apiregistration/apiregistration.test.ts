import assert from "node:assert/strict";
import { test } from "node:test";
import { causesOf, created, messagesOf } from "../testing/refusals.ts";
import { apiServiceKind } from "./index.ts";

const of = (spec: object = {}, name = "v1.example.com") => ({
  metadata: { name },
  spec: { group: "example.com", version: "v1", groupPriorityMinimum: 1_000, versionPriority: 15, ...spec },
});
const service = { namespace: "default", name: "server" };

test("what is accepted", () => {
  assert.deepEqual(messagesOf(apiServiceKind, of()), []);
  assert.deepEqual(messagesOf(apiServiceKind, of({ group: "" }, "v1.")), []);
});

test("what is refused", () => {
  const cases: readonly (readonly [object, ...string[]])[] = [
    [of({}, "web"), "FieldValueInvalid metadata.name"],
    [of({}, "v2.example.com"), "FieldValueInvalid metadata.name"],
    [of({}, "a/b"), "FieldValueInvalid metadata.name"],
    [of({ group: "", version: "v2" }, "v2."), "FieldValueRequired spec.group"],
    [of({ group: "A" }, "v1.A"), "FieldValueInvalid spec.group"],
    [of({ version: "" }, ".example.com"), "FieldValueInvalid spec.version"],
    [of({ version: "1" }, "1.example.com"), "FieldValueInvalid spec.version"],
    [of({ groupPriorityMinimum: 0 }), "FieldValueInvalid spec.groupPriorityMinimum"],
    [of({ groupPriorityMinimum: 20_001 }), "FieldValueInvalid spec.groupPriorityMinimum"],
    [of({ versionPriority: -1 }), "FieldValueInvalid spec.versionPriority"],
    [of({ versionPriority: 1_001 }), "FieldValueInvalid spec.versionPriority"],
    [of({ caBundle: "YQ==" }), "FieldValueInvalid spec.caBundle"],
    [of({ insecureSkipTLSVerify: true }), "FieldValueInvalid spec.insecureSkipTLSVerify"],
    [of({ service }), "FieldValueForbidden spec.service"],
    [
      of({ service: {} }),
      "FieldValueRequired spec.service.namespace",
      "FieldValueRequired spec.service.name",
      "FieldValueForbidden spec.service",
    ],
    [
      of({ service, caBundle: "YQ==", insecureSkipTLSVerify: true }),
      "FieldValueInvalid spec.insecureSkipTLSVerify",
      "FieldValueForbidden spec.service",
    ],
  ];
  for (const [manifest, ...causes] of cases)
    assert.deepEqual(causesOf(apiServiceKind, manifest), causes, JSON.stringify(manifest));
  assert.deepEqual(messagesOf(apiServiceKind, of({}, "web")), [
    'metadata.name: Invalid value: "web": must be `spec.version+"."+spec.group`: "v1.example.com"',
  ]);
});

test("its status says one of three words", () => {
  const said = (status: string) =>
    apiServiceKind
      .validateStatusUpdate?.(
        {
          ...created(apiServiceKind, of()),
          status: { conditions: [{ type: "Available", status }] },
        } as never,
        created(apiServiceKind, of()),
      )
      .map(({ reason, field }) => `${reason} ${field}`);
  assert.deepEqual(said("True"), []);
  assert.deepEqual(said("Maybe"), ["FieldValueNotSupported status.conditions[0].status"]);
});

test("as kubectl prints it", () => {
  const cells = (status?: object, spec: object = {}) =>
    apiServiceKind.columns
      .slice(0, 3)
      .map((column) => column.of({ ...created(apiServiceKind, of(spec)), status } as never, 0));
  assert.deepEqual(cells(), ["v1.example.com", "Local", "Unknown"]);
  const condition = (status: string, reason: string) => ({
    conditions: [{ type: "Available", status, reason }],
  });
  assert.deepEqual(cells(condition("True", "Local"))[2], "True");
  assert.deepEqual(cells(condition("False", "MissingEndpoints"), { service }).slice(1), [
    "default/server",
    "False (MissingEndpoints)",
  ]);
});
