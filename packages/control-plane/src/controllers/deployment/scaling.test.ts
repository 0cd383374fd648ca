/** How a changed size is shared out: the cases of Kubernetes' own test of proportional scaling, and their edges. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReplicaSet } from "@kubus/shared/api/workload.ts";
import { aDeployment, aReplicaSet, at } from "../testing/builders.ts";
import { annotation, sizeAnnotations } from "./revision.ts";
import { scaled } from "./scaling.ts";

interface Case {
  readonly from: number;
  readonly to: number;
  /** At the time of the last scaling, and now. */
  readonly surge?: readonly [before: number, now: number];
  /** Sizes, oldest first; the last is the newest template's, 0 stands for one that is not made. */
  readonly sizes: readonly number[];
  readonly becomes: readonly number[];
}

const deployed = (replicas: number, maxSurge: number, type: "RollingUpdate" | "Recreate" = "RollingUpdate") =>
  aDeployment("web", { replicas, strategy: { type, rollingUpdate: { maxSurge, maxUnavailable: 1 } } });

const set = (name: string, replicas: number, annotations: Record<string, string>, age = 0): ReplicaSet =>
  aReplicaSet(name, { replicas }, { meta: { annotations, creationTimestamp: at(age) } });

function outcome({ from, to, surge: [before, now] = [0, 0], sizes }: Case): readonly number[] {
  const all = sizes.map((size, age) => set(`v${age}`, size, sizeAnnotations(from, before), age));
  const next = scaled(deployed(to, now), { newest: all.at(-1), old: all.slice(0, -1) });
  return sizes.map((size, i) => next.get(`v${i}`) ?? size);
}

const cases: Readonly<Record<string, Case>> = {
  "one set grows": { from: 10, to: 12, sizes: [10], becomes: [12] },
  "one set shrinks": { from: 10, to: 5, sizes: [10], becomes: [5] },
  "each grows by its share": { from: 5, to: 10, sizes: [3, 2], becomes: [6, 4] },
  "each shrinks by its share": { from: 5, to: 3, sizes: [3, 2], becomes: [2, 1] },
  "the smaller one may go altogether": { from: 9, to: 4, sizes: [1, 8], becomes: [0, 4] },
  "three grow": { from: 7, to: 10, sizes: [2, 3, 2], becomes: [3, 4, 3] },
  "three shrink": { from: 13, to: 8, sizes: [3, 8, 2], becomes: [2, 5, 1] },
  "of equals the newest grows first": { from: 3, to: 4, sizes: [1, 1, 1], becomes: [1, 1, 2] },
  "of equals the oldest shrinks first": { from: 3, to: 2, sizes: [1, 1, 1], becomes: [0, 1, 1] },
  "to nothing": { from: 3, to: 0, sizes: [2, 1], becomes: [0, 0] },
  "with surge": { from: 10, to: 20, surge: [2, 2], sizes: [6, 6], becomes: [11, 11] },
  "size and surge at once": { from: 10, to: 50, surge: [3, 6], sizes: [8, 5], becomes: [34, 22] },
  "an old set alone takes it all": { from: 3, to: 5, sizes: [3, 0], becomes: [5, 0] },
};

for (const [name, one] of Object.entries(cases)) {
  test(`shares out a new size: ${name}`, () => {
    assert.deepEqual(outcome(one), one.becomes);
  });
}

test("without a memory of the former size the pods that there are count as the whole", () => {
  const before = { ...deployed(10, 0), status: { replicas: 5 } };
  const sets = { newest: set("new", 2, {}, 1), old: [set("old", 3, {})] };
  assert.deepEqual(Object.fromEntries(scaled(before, sets)), { old: 6, new: 4 });
  assert.deepEqual(
    Object.fromEntries(scaled({ ...before, status: {} }, sets)),
    { old: 8, new: 2 },
    "and with nothing known the largest takes it",
  );
});

test("when all is well with the new set, what else runs was adopted and is not needed", () => {
  const whole = aReplicaSet(
    "new",
    { replicas: 3 },
    {
      meta: { annotations: { [annotation.desired]: "3" } },
      status: { replicas: 3, availableReplicas: 3 },
    },
  );
  const sizes = scaled(deployed(3, 1), { newest: whole, old: [set("adopted", 4, {})] });
  assert.deepEqual(Object.fromEntries(sizes), { adopted: 0 });
});

test("Recreate shares nothing out: two sets that run are not a rollout", () => {
  const sets = {
    newest: set("new", 2, sizeAnnotations(5, 0), 1),
    old: [set("old", 3, sizeAnnotations(5, 0))],
  };
  assert.equal(scaled(deployed(10, 0, "Recreate"), sets).size, 0);
});

test("without any set there is nothing to size", () => {
  assert.equal(scaled(deployed(3, 1), { newest: undefined, old: [] }).size, 0);
});

test("INVARIANT: the shares add up to what is allowed, and nobody shrinks while the whole grows", () => {
  for (let a = 1; a < 12; a += 1) {
    for (let b = 1; b < 12; b += 1) {
      for (const [to, surge] of [
        [0, 2],
        [1, 1],
        [7, 3],
        [23, 0],
        [40, 10],
      ] as const) {
        const next = outcome({ from: a + b, to, surge: [0, surge], sizes: [a, b], becomes: [] });
        const sum = next.reduce((all, one) => all + one, 0);
        assert.equal(sum, to === 0 ? 0 : to + surge, `${a}+${b} to ${to}+${surge}: ${next.join("+")}`);
        const grew = [Math.sign((next[0] ?? 0) - a), Math.sign((next[1] ?? 0) - b)];
        assert.ok(!(grew.includes(1) && grew.includes(-1)), `${a}+${b} to ${to}+${surge}: ${next.join("+")}`);
      }
    }
  }
});
