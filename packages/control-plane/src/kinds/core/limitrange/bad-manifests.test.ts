import assert from "node:assert/strict";
import { test } from "node:test";
import type { LimitRange } from "@kubus/shared/api/core.ts";
import { limitRangeKind } from "../../index.ts";
import { testRefusals } from "../../testing/cases.ts";
import { causesOf, created } from "../../testing/refusals.ts";

const limits = (...items: readonly object[]) => ({ spec: { limits: items } });
const container = (parts: object) => limits({ type: "Container", ...parts });
const at = "spec.limits[0]";

testRefusals(limitRangeKind, [
  ["no type", limits({}), `FieldValueInvalid ${at}.type`],
  ["an unknown type", limits({ type: "Board" }), `FieldValueInvalid ${at}.type`],
  ["a type twice", limits({ type: "Pod" }, { type: "Pod" }), "FieldValueDuplicate spec.limits[1].type"],
  [
    "an unknown resource",
    limits({ type: "Pod", max: { disk: "1" } }),
    `FieldValueInvalid ${at}.max[disk]`,
    `FieldValueInvalid ${at}.max[disk]`,
  ],
  ["a default for pods", limits({ type: "Pod", default: { cpu: "1" } }), `FieldValueForbidden ${at}.default`],
  [
    "a default request for pods",
    limits({ type: "Pod", defaultRequest: { cpu: "1" } }),
    `FieldValueForbidden ${at}.defaultRequest`,
  ],
  ["claims without storage", limits({ type: "PersistentVolumeClaim" }), `FieldValueRequired ${at}.limits`],
  [
    "more than the most",
    limits({ type: "Pod", min: { cpu: "2" }, max: { cpu: "1" } }),
    `FieldValueInvalid ${at}.min[cpu]`,
  ],
  [
    "a default below the least",
    container({ min: { cpu: "2" }, default: { cpu: "1" }, defaultRequest: { cpu: "2" } }),
    `FieldValueInvalid ${at}.defaultRequest[cpu]`,
    `FieldValueInvalid ${at}.default[cpu]`,
  ],
  [
    "a default above the most",
    container({ max: { cpu: "1" }, default: { cpu: "2" }, defaultRequest: { cpu: "1" } }),
    `FieldValueInvalid ${at}.default[cpu]`,
  ],
  [
    "a request above the limit",
    container({ default: { cpu: "1" }, defaultRequest: { cpu: "2" } }),
    `FieldValueInvalid ${at}.defaultRequest[cpu]`,
  ],
  [
    "a ratio below one",
    limits({ type: "Pod", maxLimitRequestRatio: { cpu: "500m" } }),
    `FieldValueInvalid ${at}.maxLimitRequestRatio[cpu]`,
  ],
  [
    "a ratio that cannot be reached",
    limits({ type: "Pod", min: { cpu: "1" }, max: { cpu: "2" }, maxLimitRequestRatio: { cpu: "3" } }),
    `FieldValueInvalid ${at}.maxLimitRequestRatio[cpu]`,
  ],
  [
    "another request than limit of what cannot be promised twice",
    container({ default: { "example.com/gpu": "2" }, defaultRequest: { "example.com/gpu": "1" } }),
    `FieldValueInvalid ${at}.defaultRequest[example.com/gpu]`,
  ],
]);

test("of containers, what is not said follows from what is", () => {
  const spec = { max: { cpu: "2" }, min: { memory: "1Mi" }, default: { memory: "4Mi" } };
  const object = created(limitRangeKind, container(spec)) as LimitRange;
  assert.deepEqual(object.spec.limits[0], {
    type: "Container",
    ...spec,
    default: { cpu: "2", memory: "4Mi" },
    defaultRequest: { cpu: "2", memory: "4Mi" },
  });
  assert.deepEqual(causesOf(limitRangeKind, container(spec)), []);
  assert.deepEqual(
    limitRangeKind.columns.map(({ name }) => name),
    ["Name", "Created At"],
  );
});
