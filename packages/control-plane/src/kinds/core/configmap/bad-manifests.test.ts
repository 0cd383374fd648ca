import assert from "node:assert/strict";
import { test } from "node:test";
import { configMapKind } from "../../index.ts";
import { testRefusals, testRefusedChanges } from "../../testing/cases.ts";
import { causesOf, causesOfUpdate } from "../../testing/refusals.ts";

const locked = { immutable: true, data: { a: "1" }, binaryData: { b: "MQ==" } };

testRefusals(configMapKind, [
  ["a name that is none", { metadata: { name: "A" } }, "FieldValueInvalid metadata.name"],
  ["a key that is no file name", { data: { "a/b": "" } }, "FieldValueInvalid data[a/b]"],
  ["a key that is this folder", { data: { ".": "" } }, "FieldValueInvalid data[.]"],
  ["a key upwards", { data: { "..": "" } }, "FieldValueInvalid data[..]"],
  ["a key that begins upwards", { binaryData: { "..a": "" } }, "FieldValueInvalid binaryData[..a]"],
  ["an empty key", { data: { "": "" } }, "FieldValueInvalid data[]"],
  ["a key too long", { data: { ["a".repeat(254)]: "" } }, `FieldValueInvalid data[${"a".repeat(254)}]`],
  ["a key in both", { data: { a: "" }, binaryData: { a: "" } }, "FieldValueInvalid data[a]"],
  ["too much", { data: { a: "x".repeat(1024 * 1024 + 1) } }, "FieldValueTooLong "],
  ["a label that cannot be", { metadata: { labels: { a: "b c" } } }, "FieldValueInvalid metadata.labels"],
]);

testRefusedChanges(configMapKind, [
  ["other values of what is locked", locked, { ...locked, data: { a: "2" } }, "FieldValueForbidden data"],
  ["other bytes of what is locked", locked, { ...locked, binaryData: {} }, "FieldValueForbidden binaryData"],
  ["an open lock", locked, { ...locked, immutable: false }, "FieldValueForbidden immutable"],
]);

test("config maps are accepted, and may be locked", () => {
  assert.deepEqual(
    causesOf(configMapKind, { data: { "key.name": "x" }, binaryData: { KEY_NAME: "MQ==" } }),
    [],
  );
  assert.deepEqual(causesOfUpdate(configMapKind, locked, { data: { a: "0" } }), []);
});
