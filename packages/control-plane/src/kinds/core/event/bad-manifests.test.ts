import assert from "node:assert/strict";
import { test } from "node:test";
import { eventKind } from "../../index.ts";
import { testRefusals } from "../../testing/cases.ts";
import { causesOf } from "../../testing/refusals.ts";

const about = (namespace?: string) => ({
  involvedObject: { kind: "Pod", name: "web", ...(namespace === undefined ? {} : { namespace }) },
});
const reported = (parts: object = {}) => ({
  ...about("default"),
  eventTime: "2026-01-01T00:00:00.000000Z",
  reportingComponent: "example.com/agent",
  reportingInstance: "agent-1",
  action: "Starting",
  reason: "Started",
  ...parts,
});
const long = "x".repeat(129);

testRefusals(eventKind, [
  ["standing elsewhere than its object", about("other"), "FieldValueInvalid involvedObject.namespace"],
  [
    "standing in a namespace, though it is of the cluster",
    { metadata: { namespace: "team" }, ...about() },
    "FieldValueInvalid involvedObject.namespace",
  ],
  [
    "being of the cluster, reported in a namespace",
    reported({ metadata: { namespace: "team" }, ...about() }),
    "FieldValueInvalid involvedObject.namespace",
  ],
  [
    "no reporter",
    reported({ reportingComponent: "" }),
    "FieldValueRequired reportingController",
    "FieldValueInvalid reportingController",
  ],
  [
    "a reporter that cannot be",
    reported({ reportingComponent: "a b" }),
    "FieldValueInvalid reportingController",
  ],
  ["no instance", reported({ reportingInstance: "" }), "FieldValueRequired reportingInstance"],
  ["an instance too long", reported({ reportingInstance: long }), "FieldValueInvalid reportingInstance"],
  ["no action", reported({ action: "" }), "FieldValueRequired action"],
  ["an action too long", reported({ action: long }), "FieldValueInvalid action"],
  ["no reason", reported({ reason: "" }), "FieldValueRequired reason"],
  ["a reason too long", reported({ reason: long }), "FieldValueInvalid reason"],
  ["a message too long", reported({ message: "x".repeat(1025) }), "FieldValueInvalid message"],
]);

test("events are accepted, old and new", () => {
  assert.deepEqual(causesOf(eventKind, about("default")), []);
  assert.deepEqual(causesOf(eventKind, { involvedObject: { kind: "Node", name: "board-1" } }), []);
  assert.deepEqual(causesOf(eventKind, reported()), []);
});
