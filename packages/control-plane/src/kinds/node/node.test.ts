import assert from "node:assert/strict";
import { test } from "node:test";
import { causesOf, causesOfUpdate, created, messagesOf } from "../testing/refusals.ts";
import { runtimeClassKind } from "./index.ts";

const of = (more: object = {}) => ({ handler: "process", ...more });
const tolerating = (toleration: object) => of({ scheduling: { tolerations: [toleration] } });

test("runtime class: what is accepted", () => {
  const scheduling = {
    nodeSelector: { arch: "arm64" },
    tolerations: [{ key: "a", operator: "Exists", effect: "NoSchedule" }],
  };
  const full = of({ overhead: { podFixed: { cpu: "100m", memory: "64Mi" } }, scheduling });
  assert.deepEqual(messagesOf(runtimeClassKind, full), []);
  const cells = runtimeClassKind.columns.map((column) =>
    column.of(created(runtimeClassKind, full) as never, 0),
  );
  assert.deepEqual(cells.slice(0, 2), ["test", "process"]);
});

test("runtime class: what is refused", () => {
  const at = "scheduling.tolerations[0]";
  const cases: readonly (readonly [object, ...string[]])[] = [
    [{}, "FieldValueInvalid handler"],
    [of({ handler: "Process" }), "FieldValueInvalid handler"],
    [of({ handler: "a.b" }), "FieldValueInvalid handler"],
    [of({ handler: "a".repeat(64) }), "FieldValueInvalid handler"],
    [of({ metadata: { name: "A" } }), "FieldValueInvalid metadata.name"],
    [of({ overhead: { podFixed: { cpu: "-1" } } }), "FieldValueInvalid overhead.limits[cpu]"],
    [of({ overhead: { podFixed: { pods: "1" } } }), "FieldValueInvalid overhead.limits[pods]"],
    [of({ scheduling: { nodeSelector: { "a b": "c" } } }), "FieldValueInvalid scheduling.nodeSelector"],
    [of({ scheduling: { nodeSelector: { a: "b c" } } }), "FieldValueInvalid scheduling.nodeSelector"],
    [tolerating({ operator: "Equal" }), `FieldValueInvalid ${at}.operator`],
    [tolerating({ key: "a b", operator: "Exists" }), `FieldValueInvalid ${at}.key`],
    [tolerating({ key: "a", operator: "Near" }), `FieldValueNotSupported ${at}.operator`],
    [tolerating({ key: "a", effect: "Never" }), `FieldValueNotSupported ${at}.effect`],
    [tolerating({ key: "a", effect: "NoSchedule", tolerationSeconds: 1 }), `FieldValueInvalid ${at}.effect`],
  ];
  for (const [manifest, ...causes] of cases)
    assert.deepEqual(causesOf(runtimeClassKind, manifest), causes, JSON.stringify(manifest));
});

test("runtime class: its handler stays", () => {
  assert.deepEqual(causesOfUpdate(runtimeClassKind, of({ handler: "cri" }), of()), [
    "FieldValueInvalid handler",
  ]);
  assert.deepEqual(causesOfUpdate(runtimeClassKind, of({ scheduling: {} }), of()), []);
});
