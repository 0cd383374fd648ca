/** So many pods of one template, whatever becomes of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { ReplicaSet } from "@kubus/shared/api/workload.ts";
import { replicaSetKind } from "../../kinds/index.ts";
import type { Effect, Plan } from "../engine/plan.ts";
import { aPod, aReplicaSet, at, readyStatus, start } from "../testing/builders.ts";
import { inDeletionOrder } from "./deletion-order.ts";
import { keepReplicas } from "./replicas.ts";

const planOf = (
  object: ReplicaSet,
  pods: readonly Pod[],
  related: readonly Pod[] = [],
  now = start,
): Plan => {
  const { replicas = 1, minReadySeconds = 0, selector, template } = object.spec;
  const owner = {
    object,
    kind: replicaSetKind,
    replicas,
    minReadySeconds,
    selector,
    template,
    status: object.status,
  };
  return keepReplicas({ owner, pods, related, now });
};

const textOf = (effect: Effect): string => {
  switch (effect.type) {
    case "create":
      return `create ${effect.kind.kind}`;
    case "writeStatus": {
      const { replicas, readyReplicas, availableReplicas } = effect.status as Record<string, number>;
      return `status ${replicas}/${readyReplicas}/${availableReplicas}`;
    }
    case "recordEvent":
      return `event ${effect.reason}`;
    default:
      return `${effect.type} ${effect.target.name}`;
  }
};
const check = (plan: Plan, expected: readonly string[]) =>
  assert.deepEqual(plan.effects.map(textOf), expected);

const web = aReplicaSet("web");
const mine = (name: string, options: Parameters<typeof aPod>[1] = {}) =>
  aPod(name, { owner: web, ...options });

test("makes what is missing, with its own name, labels and reference", () => {
  const plan = planOf(web, [mine("a")]);
  check(plan, ["status 1/0/0", "create Pod", "create Pod"]);
  const [, created] = plan.effects;
  assert.deepEqual(created?.type === "create" && created.object.metadata, {
    labels: { app: "web" },
    generateName: "web-",
    namespace: "default",
    ownerReferences: [
      {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        name: "web",
        uid: "uid-web",
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
});

test("has nothing to say when all is as it should be", () => {
  const status = {
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: 1,
  };
  const pods = ["a", "b", "c"].map((name) => mine(name, { status: readyStatus() }));
  assert.deepEqual(planOf(aReplicaSet("web", {}, { status }), pods), { effects: [] });
});

test("does not count pods that end or have ended", () => {
  check(
    planOf(web, [
      mine("ending", { meta: { deletionTimestamp: at(5) }, status: readyStatus() }),
      mine("failed", { status: { phase: "Failed" } }),
      mine("done", { status: { phase: "Succeeded" } }),
    ]),
    ["status 0/0/0", "create Pod", "create Pod", "create Pod"],
  );
});

test("keeps the oldest ready pod when scaling down", () => {
  const one = aReplicaSet("web", { replicas: 1 });
  const pods = [
    mine("young", { status: readyStatus(50), spec: { nodeName: "board-1" } }),
    mine("old", { status: readyStatus(10), spec: { nodeName: "board-2" } }),
    mine("waiting", {}),
  ];
  check(planOf(one, pods, [], start + 60_000), ["status 3/2/2", "delete waiting", "delete young"]);
});

test("adopts orphans that it means before it makes new ones, and lets go of what it no longer means", () => {
  const stranger = mine("stranger", { meta: { labels: { app: "other" } } });
  const plan = planOf(web, [aPod("orphan"), stranger, mine("a"), mine("b")]);
  check(plan, ["patch orphan", "patch stranger", "status 3/0/0"]);
  const [adoption, release] = plan.effects;
  assert.deepEqual(release?.type === "patch" && release.patch, {
    metadata: { resourceVersion: "1", ownerReferences: null },
  });
  assert.equal(JSON.stringify(adoption).includes('"uid":"uid-web"'), true);
});

test("neither adopts nor makes pods while it is being deleted", () => {
  const ending = aReplicaSet("web", {}, { meta: { deletionTimestamp: at(1) } });
  check(planOf(ending, [aPod("orphan"), mine("a")]), ["status 1/0/0"]);
});

test("counts a pod as available when it has been ready for long enough, and comes back then", () => {
  const patient = aReplicaSet("web", { replicas: 1, minReadySeconds: 10 });
  const pods = [mine("a", { status: readyStatus(0) })];
  const early = planOf(patient, pods, [], start + 4_000);
  check(early, ["status 1/1/0"]);
  assert.equal(early.requeueAfterMs, 6_000);
  const later = planOf(patient, pods, [], start + 10_000);
  check(later, ["status 1/1/1"]);
  assert.equal(later.requeueAfterMs, undefined);
});

test("the pod that is missed least goes first", () => {
  const on = (nodeName: string) => ({ nodeName });
  const costly = { "controller.kubernetes.io/pod-deletion-cost": "-5" };
  const crowd = aPod("crowd", { spec: on("board-1") });
  const pods = [
    aPod("oldest-ready", { spec: on("board-2"), status: readyStatus(1) }),
    aPod("younger-ready", { spec: on("board-2"), status: readyStatus(9) }),
    aPod("crowded", { spec: on("board-1"), status: readyStatus(1) }),
    aPod("cheap", { spec: on("board-3"), status: readyStatus(1), meta: { annotations: costly } }),
    aPod("not-ready", { spec: on("board-3"), status: { phase: "Running" } }),
    aPod("pending", { spec: on("board-3"), status: { phase: "Pending" } }),
    aPod("unassigned"),
  ];
  assert.deepEqual(
    inDeletionOrder(pods, [...pods.slice(0, 1), ...pods.slice(2, 3), crowd]).map(
      ({ metadata }) => metadata.name,
    ),
    ["unassigned", "pending", "not-ready", "cheap", "crowded", "younger-ready", "oldest-ready"],
  );
});
