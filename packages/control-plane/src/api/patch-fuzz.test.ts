import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { checkFields } from "../schema/strict.ts";
import { applyPatch, patchTypes } from "./patch.ts";

/** How long each seedless budget may take; the seeds are fixed, only their number depends on the machine. */
const budgetMs = 400;
const roundsMax = 20_000;

const pod = {
  schema: "io.k8s.api.core.v1.Pod",
  kind: "Pod",
  group: "",
  version: "v1",
};

const before = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a", finalizers: ["x", "y"], labels: { a: "1" } },
  spec: {
    containers: [
      { name: "web", image: "a", env: [{ name: "A", value: "1" }], ports: [{ containerPort: 80 }] },
      { name: "side", image: "b" },
    ],
    tolerations: [{ key: "k" }],
    nodeSelector: { a: "b" },
  },
};

const names = [
  "metadata",
  "spec",
  "containers",
  "env",
  "ports",
  "finalizers",
  "labels",
  "name",
  "image",
  "containerPort",
  "tolerations",
  "$patch",
  "$retainKeys",
  "$setElementOrder/containers",
  "$setElementOrder/finalizers",
  "$deleteFromPrimitiveList/finalizers",
  "$setElementOrder/",
  "__proto__",
  "constructor",
  "",
];

function makeJunk(seed: number) {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly [T, ...T[]]): T =>
    items[Math.floor(random.next() * items.length)] ?? items[0];
  const name = () => pick(names as [string, ...string[]]);
  const leaf = () =>
    pick<unknown>([null, 1, -1, 80, "web", "delete", "replace", "merge", "x", true, 1e300, []]);
  const value = (depth: number): unknown => {
    const kind = depth > 5 ? 2 : random.next() * 3;
    const some = <T>(make: () => T) => Array.from({ length: Math.floor(random.next() * 4) }, make);
    if (kind < 1.5) return Object.fromEntries(some(() => [name(), value(depth + 1)]));
    return kind < 2 ? some(() => value(depth + 1)) : leaf();
  };
  const pointer = () =>
    Array.from(
      { length: Math.floor(random.next() * 5) },
      () => `/${pick<string | number>([name(), 0, 1, "-", -1, "~1", "99"])}`,
    ).join("");
  const operation = () => ({
    op: pick(["add", "remove", "replace", "move", "copy", "test", "test2"]),
    path: pick<unknown>([pointer(), pointer(), "x", 1]),
    from: pointer(),
    ...(random.next() < 0.8 ? { value: value(2) } : {}),
  });
  return {
    value: () => value(0),
    operations: () => Array.from({ length: 1 + Math.floor(random.next() * 4) }, operation),
  };
}

test("whatever a patch says, it gives an object or a refusal, and leaves what was there alone", () => {
  const copy = structuredClone(before);
  const end = performance.now() + budgetMs;
  let refused = 0;
  let made = 0;
  for (let seed = 1; seed <= roundsMax && (performance.now() < end || seed < 500); seed += 1) {
    const junk = makeJunk(seed);
    for (const type of patchTypes) {
      const patch = type === "application/json-patch+json" ? junk.operations() : junk.value();
      const given = structuredClone(patch);
      try {
        const object = applyPatch(pod, { type, patch, previous: before as never });
        checkFields(pod, object, "Ignore");
        made += 1;
      } catch (error) {
        assert.ok(isRefusal(error), `seed ${seed}, ${type}: ${String(error)} of ${JSON.stringify(patch)}`);
        refused += 1;
      }
      assert.deepEqual(before, copy, `seed ${seed}, ${type}`);
      assert.deepEqual(
        patch,
        given,
        `seed ${seed}, ${type}: the patch is used again when somebody else was faster`,
      );
    }
  }
  assert.equal(Object.getPrototypeOf({}), Object.prototype);
  assert.ok(made > 100 && refused > 100, `${made} made, ${refused} refused`);
});

test("a patch cannot grow an object without end", () => {
  const copies = Array.from({ length: 40 }, (_, i) => ({ op: "copy", from: "", path: `/spec/x${i}` }));
  const deep = Array.from({ length: 600 }, () => ({
    op: "copy",
    from: "/spec",
    path: "/spec/nodeSelector/spec",
  }));
  for (const patch of [copies, deep]) {
    assert.throws(
      () => applyPatch(pod, { type: "application/json-patch+json", patch, previous: before as never }),
      (error) => isRefusal(error, "invalid"),
    );
  }
});
