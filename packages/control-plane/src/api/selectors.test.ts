import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { namespaceKind, podKind } from "../kinds/index.ts";
import { aPod } from "../kinds/testing/objects.ts";
import {
  formatLabelSelector,
  labelQueryOf,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from "./selectors.ts";

const matches = (text: string, labels: Record<string, string> | undefined) =>
  matchesLabels(parseLabelSelector(text), labels);

test("reads every form of a requirement", () => {
  const labels = { app: "web", tier: "front" };
  const fits = [
    "",
    "app=web",
    "app == web",
    "app!=db",
    "app in (web,db)",
    "tier notin ( back )",
    "app",
    "!gone",
    "app=web,tier=front , !gone",
    "gone!=x",
    "gone notin (x)",
  ];
  for (const text of fits) assert.equal(matches(text, labels), true, text);
  const misses = ["app=db", "app in (db)", "app notin (web)", "!app", "gone", "app=web,tier=back", "app="];
  for (const text of misses) assert.equal(matches(text, labels), false, text);
  assert.equal(matches("app", undefined), false);
  assert.equal(matches("constructor", {}), false);
});

test("refuses what it cannot read", () => {
  for (const text of [
    "app in",
    "app in (a",
    "=web",
    "app=web,",
    "a b",
    "app=(x)",
    "app>1",
    "-a=b",
    "app=a b",
    "!",
    ",a",
  ]) {
    assert.throws(
      () => parseLabelSelector(text),
      (error) => isRefusal(error, "badRequest"),
      text,
    );
  }
});

test("a selector in a spec: missing matches nothing, empty matches everything", () => {
  assert.equal(matchesLabels(labelQueryOf(undefined), { a: "b" }), false);
  assert.equal(matchesLabels(labelQueryOf({}), undefined), true);
  const expressions = labelQueryOf({
    matchExpressions: [
      { key: "a", operator: "In", values: ["b"] },
      { key: "c", operator: "DoesNotExist" },
    ],
  });
  assert.equal(matchesLabels(expressions, { a: "b" }), true);
  assert.equal(matchesLabels(expressions, { a: "b", c: "" }), false);
});

test("writes selectors so that they can be read again", () => {
  const selector = {
    matchLabels: { tier: "front", app: "web" },
    matchExpressions: [
      { key: "x", operator: "NotIn", values: ["2", "1"] },
      { key: "y", operator: "Exists" },
      { key: "z", operator: "DoesNotExist" },
    ],
  } as const;
  const text = formatLabelSelector(selector);
  assert.equal(text, "app=web,tier=front,x notin (1,2),y,!z");
  assert.equal(formatLabelSelector({ matchLabels: { app: "web" } }), "app=web");
  assert.equal(parseLabelSelector(text).length, 5);
});

test("selects by fields", () => {
  const pod = aPod({ nodeName: "board-1" }, { phase: "Running" });
  const fits = (text: string) => matchesFields(podKind, parseFieldSelector(podKind, text), pod);
  assert.equal(fits("spec.nodeName=board-1,status.phase!=Succeeded,status.phase!=Failed"), true);
  assert.equal(fits("metadata.name=web,metadata.namespace==default"), true);
  assert.equal(fits("spec.nodeName="), false);
  assert.equal(fits(""), true);
});

test("refuses fields that cannot be selected by", () => {
  const refusal = (kind: typeof podKind | typeof namespaceKind, text: string, message: RegExp) =>
    assert.throws(
      () => parseFieldSelector(kind, text),
      (error) => isRefusal(error, "badRequest") && message.test(error.message),
    );
  refusal(
    podKind,
    "spec.color=red",
    /^Unable to find "\/v1, Resource=pods" that match label selector "", field selector "spec\.color=red": field label not supported: spec\.color$/,
  );
  refusal(namespaceKind, "metadata.namespace=x", /field label not supported/);
  refusal(podKind, "status.phase", /can't understand 'status.phase'/);
  refusal(podKind, "constructor=x", /field label not supported/);
});
