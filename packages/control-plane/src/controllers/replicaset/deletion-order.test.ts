/** Which pod is missed least. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, PodStatus } from "@kubus/shared/api/pod.ts";
import { aPod, at, readyStatus, start } from "../testing/builders.ts";
import { deletionCostAnnotation, inDeletionOrder } from "./deletion-order.ts";

/** Long after everything, unless a test says otherwise: every pod is of its own order of magnitude only if made so. */
const now = start + 1_000_000;
const on = (nodeName: string) => ({ nodeName });
const order = (pods: readonly Pod[], related: readonly Pod[] = [], at = now) =>
  inDeletionOrder(pods, { related, now: at }).map(({ metadata }) => metadata.name);
/** The order, whichever way round they are given. */
const check = (pods: readonly Pod[], expected: readonly string[]) => {
  assert.deepEqual(order(pods), expected);
  assert.deepEqual(
    order(pods.toReversed()),
    expected,
    "it does not depend on the order in which they are found",
  );
};
const ready = (name: string, since: number, more: Partial<Pod["metadata"]> = {}) =>
  aPod(name, { spec: on("b"), status: readyStatus(since), meta: more });
const restarted = (restartCount: number, of: "containerStatuses" | "initContainerStatuses"): PodStatus => ({
  ...readyStatus(0),
  [of]: [{ name: "main", image: "", imageID: "", ready: true, restartCount, state: {}, lastState: {} }],
});

test("the pod that is missed least goes first", () => {
  const crowd = aPod("crowd", { spec: on("board-1") });
  const pods = [
    aPod("long-ready", { spec: on("board-2"), status: readyStatus(1) }),
    aPod("just-ready", { spec: on("board-2"), status: readyStatus(900) }),
    aPod("crowded", { spec: on("board-1"), status: readyStatus(1) }),
    aPod("cheap", {
      spec: on("board-3"),
      status: readyStatus(1),
      meta: { annotations: { [deletionCostAnnotation]: "-5" } },
    }),
    aPod("not-ready", { spec: on("board-3"), status: { phase: "Running" } }),
    aPod("unknown", { spec: on("board-3"), status: { phase: "Unknown" } }),
    aPod("pending", { spec: on("board-3"), status: { phase: "Pending" } }),
    aPod("unassigned"),
  ];
  assert.deepEqual(order(pods, [...pods.slice(0, 1), ...pods.slice(2, 3), crowd]), [
    "unassigned",
    "pending",
    "unknown",
    "not-ready",
    "cheap",
    "crowded",
    "just-ready",
    "long-ready",
  ]);
});

test("a board is crowded by pods that live, not by those that end or have ended", () => {
  const pods = [
    aPod("a", { spec: on("board-1"), status: readyStatus(1) }),
    aPod("b", { spec: on("board-2"), status: readyStatus(1) }),
  ];
  const ended = aPod("ended", { spec: on("board-2"), status: { phase: "Failed" } });
  const ends = aPod("ends", { spec: on("board-2"), meta: { deletionTimestamp: at(1) } });
  const lives = aPod("lives", { spec: on("board-1") });
  assert.deepEqual(order(pods, [...pods, ended, ends, lives]), ["a", "b"]);
});

test("ages count by their order of magnitude; within one the uid decides", () => {
  check([ready("young", 999), ready("old", 0)], ["young", "old"]);
  check(
    [ready("b-longer", 0, { uid: "1" }), ready("a-shorter", 10, { uid: "2" })],
    ["b-longer", "a-shorter"],
  );
  check(
    [ready("b-longer", 0, { uid: "2" }), ready("a-shorter", 10, { uid: "1" })],
    ["a-shorter", "b-longer"],
  );
  check([ready("future", 2_000), ready("now", 999)], ["future", "now"]);
});

test("steps of magnitude are powers of two of nanoseconds, as Kubernetes counts", () => {
  // 2^39 ns are 549.8 s: 549 s and 550 s lie on either side, 550 s and 1,000 s do not.
  const [a, b] = [ready("a", 1_000 - 550, { uid: "1" }), ready("b", 1_000 - 549, { uid: "2" })];
  check([a, b], ["b", "a"]);
  check([a, ready("c", 0, { uid: "0" })], ["c", "a"]);
});

test("a pod that is ready nobody knows since when goes before those of which it is known", () => {
  const blurred = aPod("blurred", {
    spec: on("b"),
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  });
  check([ready("known", 900), blurred], ["blurred", "known"]);
});

test("of pods that are ready since the same second, the one that restarted most goes first, then by its sidecars", () => {
  const calm = aPod("calm", { spec: on("b"), status: restarted(0, "containerStatuses") });
  const nervous = aPod("nervous", { spec: on("b"), status: restarted(3, "containerStatuses") });
  check([calm, nervous], ["nervous", "calm"]);
  const sidecar = { name: "main", image: "host/sleep", restartPolicy: "Always" as const };
  const uneasy = aPod("uneasy", {
    spec: { ...on("b"), initContainers: [sidecar] },
    status: restarted(2, "initContainerStatuses"),
  });
  check([calm, uneasy, nervous], ["nervous", "uneasy", "calm"]);
  const onceOnly = aPod("once-only", {
    spec: { ...on("b"), initContainers: [{ name: "main", image: "host/sleep" }] },
    status: restarted(9, "initContainerStatuses"),
  });
  check([onceOnly, uneasy], ["uneasy", "once-only"]);
});

test("last of all the youngest goes first", () => {
  const waiting = (name: string, age: number) => aPod(name, { meta: { creationTimestamp: at(age) } });
  check([waiting("old", 0), waiting("young", 999), waiting("younger", 1_000)], ["younger", "young", "old"]);
});

test("a deletion cost counts when it is a whole number of 32 bits, written plainly", () => {
  const costs = (cost: string) => {
    const pod = (name: string, annotations: Record<string, string>) =>
      aPod(name, { spec: on("b"), status: readyStatus(0), meta: { annotations, uid: name } });
    return order([
      pod("one", { [deletionCostAnnotation]: "1" }),
      pod("this", { [deletionCostAnnotation]: cost }),
    ])[0];
  };
  for (const cheap of ["0", "-1", "-2147483648", "-0"]) assert.equal(costs(cheap), "this", cheap);
  for (const dear of ["2", "10", "2147483647"]) assert.equal(costs(dear), "one", dear);
  // Whatever cannot be read costs 0, which is less than 1.
  for (const wrong of ["+2", "02", "1.5", "much", "", "2147483648", "9e9"])
    assert.equal(costs(wrong), "this", wrong);
});
