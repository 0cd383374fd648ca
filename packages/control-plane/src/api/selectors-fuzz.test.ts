/** Selectors under random input: whatever comes, it is read or refused, and what is read can be written and read again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { podKind } from "../kinds/index.ts";
import { aPod } from "../kinds/testing/objects.ts";
import {
  formatLabelSelector,
  labelQueryOf,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from "./selectors.ts";

const random = seededRandom(7);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
const several = <T>(max: number, make: () => T): T[] =>
  Array.from({ length: Math.floor(random.next() * (max + 1)) }, make);

/** How long the random part may take. */
const budgetMs = 1_000;
const pieces = [
  "a",
  "app",
  "=",
  "==",
  "!=",
  ",",
  "in",
  "notin",
  "(",
  ")",
  " ",
  "!",
  "x.io/k",
  "",
  "é",
  "\u0000",
  "-",
  "9",
  ">",
  "<",
];

test("nothing but a refusal comes of what cannot be read", () => {
  const end = performance.now() + budgetMs;
  let read = 0;
  while (performance.now() < end) {
    const text = several(12, () => pick(pieces)).join("");
    try {
      matchesLabels(parseLabelSelector(text), { app: "a", "x.io/k": "" });
      matchesFields(podKind, parseFieldSelector(podKind, text), aPod());
      read += 1;
    } catch (error) {
      assert.ok(isRefusal(error, "badRequest"), `${JSON.stringify(text)}: ${String(error)}`);
    }
  }
  assert.ok(read > 0);
});

const keys = ["app", "tier", "x.io/zone"];
const values = ["a", "b", "c.d", ""];

test("what a selector says is the same in both of its forms", () => {
  for (let i = 0; i < 2_000; i += 1) {
    const matchLabels = Object.fromEntries(several(2, () => [pick(keys), pick(values)]));
    const matchExpressions = several(2, () => {
      const operator = pick(["In", "NotIn", "Exists", "DoesNotExist"]);
      const some = operator.endsWith("In")
        ? { values: [pick(values), ...several(2, () => pick(values))] }
        : {};
      return { key: pick(keys), operator, ...some };
    }) as never[];
    const selector = { matchLabels, matchExpressions };
    const labels = Object.fromEntries(several(3, () => [pick(keys), pick(values)]));
    const text = formatLabelSelector(selector);
    assert.equal(
      matchesLabels(parseLabelSelector(text), labels),
      matchesLabels(labelQueryOf(selector), labels),
      `${text} on ${JSON.stringify(labels)}`,
    );
  }
});
