import assert from "node:assert/strict";
import { test } from "node:test";
import { secretKind } from "../../index.ts";
import { testRefusals, testRefusedChanges } from "../../testing/cases.ts";
import { causesOf, causesOfUpdate, messagesOf } from "../../testing/refusals.ts";

const of = (type: string, stringData: object = {}) => ({ type: `kubernetes.io/${type}`, stringData });
const locked = { immutable: true, stringData: { a: "1" } };

testRefusals(secretKind, [
  ["a name that is none", { metadata: { name: "A" } }, "FieldValueInvalid metadata.name"],
  ["a key that is no file name", { stringData: { "a/b": "" } }, "FieldValueInvalid data[a/b]"],
  ["a key upwards", { stringData: { "..": "" } }, "FieldValueInvalid data[..]"],
  ["too much", { stringData: { a: "x".repeat(1024 * 1024 + 1) } }, "FieldValueTooLong data"],
  [
    "a certificate without its halves",
    of("tls"),
    "FieldValueRequired data[tls.crt]",
    "FieldValueRequired data[tls.key]",
  ],
  ["a certificate without a key", of("tls", { "tls.crt": "a" }), "FieldValueRequired data[tls.key]"],
  ["no registries", of("dockerconfigjson"), "FieldValueRequired data[.dockerconfigjson]"],
  [
    "registries that are no JSON",
    of("dockerconfigjson", { ".dockerconfigjson": "x" }),
    "FieldValueInvalid data[.dockerconfigjson]",
  ],
  ["registries in a list", of("dockercfg", { ".dockercfg": "[]" }), "FieldValueInvalid data[.dockercfg]"],
  [
    "nobody and no word",
    of("basic-auth"),
    "FieldValueRequired data[username]",
    "FieldValueRequired data[password]",
  ],
  ["an empty key", of("ssh-auth", { "ssh-privatekey": "" }), "FieldValueRequired data[ssh-privatekey]"],
  [
    "a token of nobody",
    of("service-account-token"),
    "FieldValueRequired metadata.annotations[kubernetes.io/service-account.name]",
  ],
]);

testRefusedChanges(secretKind, [
  ["another type", {}, of("basic-auth", { username: "a" }), "FieldValueInvalid type"],
  [
    "other values of what is locked",
    locked,
    { ...locked, stringData: { a: "2" } },
    "FieldValueForbidden data",
  ],
  ["an open lock", locked, { stringData: { a: "1" } }, "FieldValueForbidden immutable"],
]);

test("secrets are accepted, and never told of", () => {
  for (const secret of [
    {},
    of("tls", { "tls.crt": "", "tls.key": "" }),
    of("basic-auth", { password: "" }),
    of("dockerconfigjson", { ".dockerconfigjson": "{}" }),
    { type: "example.com/mine" },
  ])
    assert.deepEqual(causesOf(secretKind, secret), []);
  assert.deepEqual(messagesOf(secretKind, of("dockercfg", { ".dockercfg": "hidden" })), [
    `data[.dockercfg]: Invalid value: "<secret contents redacted>": invalid character 'h' looking for beginning of value`,
  ]);
  assert.deepEqual(causesOfUpdate(secretKind, locked, { stringData: { a: "1" } }), []);
});
