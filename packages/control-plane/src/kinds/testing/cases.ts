/** Many manifests of one kind that are refused, each for its own reason: a table of tests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kind } from "../kind.ts";
import { causesOf, causesOfStatusUpdate, causesOfUpdate } from "./refusals.ts";

/** What is wrong with it; the manifest; the causes, as `FieldValueInvalid spec.replicas`. */
export type Refused = readonly [string, object, ...string[]];

/** What is wrong with the change; the object before and after; the causes. */
export type RefusedChange = readonly [string, object, object, ...string[]];

export const testRefusals = (kind: Kind, cases: readonly Refused[]): void =>
  each(`a ${kind.kind} is refused for`, cases, ([, manifest]) => causesOf(kind, manifest));

export const testRefusedChanges = (kind: Kind, cases: readonly RefusedChange[]): void =>
  each(`a change of a ${kind.kind} is refused for`, cases, ([, before, after]) =>
    causesOfUpdate(kind, after, before),
  );

export const testRefusedStatuses = (kind: Kind, cases: readonly RefusedChange[]): void =>
  each(`a status of a ${kind.kind} is refused for`, cases, ([, before, after]) =>
    causesOfStatusUpdate(kind, after, before),
  );

function each<Case extends Refused | RefusedChange>(
  title: string,
  cases: readonly Case[],
  found: (one: Case) => readonly string[],
): void {
  void test(title, async (t) => {
    for (const one of cases) {
      const expected = one.filter((part): part is string => typeof part === "string").slice(1);
      await t.test(one[0], () => assert.deepEqual(found(one), expected));
    }
  });
}
