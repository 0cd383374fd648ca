/** The arithmetic of a rolling update. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReplicaSet } from "@kubus/shared/api/workload.ts";
import { aDeployment, aReplicaSet, at } from "../testing/builders.ts";
import { boundsOf, nextSizeOfNewest, rollingStep, type Bounds } from "./rolling.ts";

/** A set with so many pods, of which so many are available; older ones have smaller ages. */
const set = (name: string, replicas: number, available: number, age = 0): ReplicaSet =>
  aReplicaSet(
    name,
    { replicas },
    {
      meta: { creationTimestamp: at(age) },
      status: { replicas, availableReplicas: available, readyReplicas: available },
    },
  );
const bounds = (replicas: number, maxSurge: number, maxUnavailable: number): Bounds => ({
  replicas,
  maxSurge,
  maxUnavailable,
});
const rolling = (maxSurge: number | string, maxUnavailable: number | string, replicas = 10) =>
  boundsOf(aDeployment("web", { replicas, strategy: { rollingUpdate: { maxSurge, maxUnavailable } } }));

test("surplus is rounded up, what may be missing is rounded down, and one of them is never zero", () => {
  assert.deepEqual(rolling("25%", "25%"), bounds(10, 3, 2));
  assert.deepEqual(rolling(2, 0), bounds(10, 2, 0));
  assert.deepEqual(rolling(0, 0), bounds(10, 0, 1));
  assert.deepEqual(rolling("0%", "100%"), bounds(10, 0, 10));
  assert.deepEqual(rolling("10%", "10%", 3), bounds(3, 1, 0));
  assert.deepEqual(boundsOf(aDeployment("web", { strategy: { type: "Recreate" } })), bounds(3, 0, 0));
});

test("the new set grows into the room that the bounds leave", () => {
  assert.equal(nextSizeOfNewest(bounds(3, 1, 0), { newest: undefined, old: [] }), 3);
  assert.equal(nextSizeOfNewest(bounds(3, 1, 0), { newest: undefined, old: [set("old", 3, 3)] }), 1);
  assert.equal(nextSizeOfNewest(bounds(3, 0, 1), { newest: undefined, old: [set("old", 3, 3)] }), 0);
  assert.equal(nextSizeOfNewest(bounds(3, 1, 0), { newest: set("new", 5, 5), old: [] }), 3);
});

test("the old sets shrink only as far as enough pods are available, the unhealthy ones first", () => {
  const step = (one: Bounds, newest: ReplicaSet, ...old: ReplicaSet[]) =>
    Object.fromEntries(rollingStep(one, { newest, old }));
  assert.deepEqual(
    step(bounds(3, 1, 0), set("new", 1, 0), set("old", 3, 3)),
    {},
    "the new pod is not available yet",
  );
  assert.deepEqual(step(bounds(3, 1, 0), set("new", 1, 1), set("old", 3, 3)), { old: 2 });
  assert.deepEqual(step(bounds(3, 0, 1), set("new", 0, 0), set("old", 3, 3)), { old: 2 });
  assert.deepEqual(step(bounds(3, 0, 1), set("new", 0, 0), set("old", 2, 2)), { new: 1 });
  assert.deepEqual(step(bounds(3, 1, 0), set("new", 1, 0), set("ill", 1, 0, 1), set("old", 2, 2, 0)), {});
  assert.deepEqual(step(bounds(3, 2, 0), set("new", 1, 1), set("ill", 2, 0, 1), set("old", 2, 2, 0)), {
    ill: 0,
  });
  assert.deepEqual(step(bounds(3, 1, 1), set("new", 3, 3), set("old", 1, 1)), { old: 0 });
});

test("INVARIANT: a rollout stays within its bounds and ends, whatever becomes available when", () => {
  for (const one of [bounds(1, 1, 0), bounds(3, 1, 0), bounds(3, 0, 1), bounds(10, 3, 2), bounds(4, 4, 4)]) {
    let old = set("old", one.replicas, one.replicas);
    let newest = set("new", 0, 0);
    let steps = 0;
    while (
      newest.spec.replicas !== one.replicas ||
      newest.status?.availableReplicas !== one.replicas ||
      old.spec.replicas !== 0
    ) {
      const sizes = rollingStep(one, { newest, old: [old] });
      const [newSize, oldSize] = [newest, old].map(
        (each) => sizes.get(each.metadata.name) ?? each.spec.replicas ?? 0,
      );
      if (newSize === undefined || oldSize === undefined) return assert.fail();
      assert.ok(newSize + oldSize <= one.replicas + one.maxSurge, "never more than the surge");
      const available = Math.min(newSize, newest.status?.availableReplicas ?? 0) + oldSize;
      assert.ok(available >= one.replicas - one.maxUnavailable, "never fewer than must be available");
      // Every other step one more of the new pods becomes available.
      const ready = Math.min(newSize, (newest.status?.availableReplicas ?? 0) + (steps % 2));
      newest = set("new", newSize, ready);
      old = set("old", oldSize, oldSize);
      steps += 1;
      assert.ok(steps < 200, "it comes to an end");
    }
  }
});
