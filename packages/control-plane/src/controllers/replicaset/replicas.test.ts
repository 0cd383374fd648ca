/** So many pods of one template, whatever becomes of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { ReplicaSet } from "@kubus/shared/api/workload.ts";
import { replicaSetKind } from "../../kinds/index.ts";
import type { Effect, Failure, Plan } from "../engine/plan.ts";
import { aPod, aReplicaSet, at, readyStatus, start } from "../testing/builders.ts";
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
    countsTerminating: true,
  };
  return keepReplicas({ owner, pods, related: () => related, now });
};

const textOf = (effect: Effect): string => {
  switch (effect.type) {
    case "create":
      return `create ${effect.kind.kind}`;
    case "reportStatus": {
      const status = effect.statusAfter(undefined) as Record<string, number> | undefined;
      if (status === undefined) return "status as it is";
      const { replicas, readyReplicas, availableReplicas } = status;
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
  check(plan, ["create Pod", "create Pod", "status 1/0/0"]);
  const [created] = plan.effects;
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
    terminatingReplicas: 0,
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
    ["create Pod", "create Pod", "create Pod", "status 0/0/0"],
  );
});

test("keeps the oldest ready pod when scaling down", () => {
  const one = aReplicaSet("web", { replicas: 1 });
  const pods = [
    mine("young", { status: readyStatus(50), spec: { nodeName: "board-1" } }),
    mine("old", { status: readyStatus(10), spec: { nodeName: "board-2" } }),
    mine("waiting", {}),
  ];
  check(planOf(one, pods, [], start + 60_000), ["delete waiting", "delete young", "status 3/2/2"]);
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

test("pods that have ended are neither adopted nor let go", () => {
  const one = aReplicaSet("web", { replicas: 0 }, { status: { replicas: 0 } });
  const done = aPod("done", { status: { phase: "Succeeded" } });
  const failed = mine("failed", { status: { phase: "Failed" }, meta: { labels: { app: "other" } } });
  check(planOf(one, [done, failed]), ["status 0/0/0"]);
});

test("tells how many pods are about to end, where its status has a place for that", () => {
  const ending = mine("ending", { meta: { deletionTimestamp: at(5) } });
  const [report] = planOf(aReplicaSet("web", { replicas: 0 }), [ending]).effects;
  assert.ok(report?.type === "reportStatus");
  assert.equal((report.statusAfter(undefined) as Record<string, number>)["terminatingReplicas"], 1);
});

const failureOf = (object: ReplicaSet, pods: readonly Pod[], failure?: Failure) => {
  const report = planOf(object, pods).effects.find(({ type }) => type === "reportStatus");
  assert.ok(report?.type === "reportStatus");
  return report.statusAfter(failure) as { conditions?: readonly Condition[] | null } | undefined;
};
const quota: Failure = { effect: "create", message: "exceeded quota: 2 of 2" };

test("says what keeps it from making pods, until a pass goes through", () => {
  const failing: Condition = {
    type: "ReplicaFailure",
    status: "True",
    lastTransitionTime: at(0),
    reason: "FailedCreate",
    message: "exceeded quota: 2 of 2",
  };
  assert.deepEqual(failureOf(web, [], quota)?.conditions, [failing]);
  const status = { replicas: 0, conditions: [failing] };
  const ill = aReplicaSet("web", {}, { status });
  const again = { ...quota, message: "exceeded quota: 1 of 2" };
  assert.equal(failureOf(ill, [], again)?.conditions, undefined, "what was said first stays");
  assert.equal(failureOf(ill, [])?.conditions, null, "nothing failed, nothing is said");
  const full = aReplicaSet("web", { replicas: 0 }, { status });
  const kept = failureOf(full, [mine("a")], { effect: "delete", message: "a webhook says no" })?.conditions;
  assert.deepEqual(kept, [{ ...failing, reason: "FailedDelete", message: "a webhook says no" }]);
});

test("says nothing of pods when something else failed, such as an adoption", () => {
  assert.equal(failureOf(web, [], { effect: "patch", message: "the bus is away" }), undefined);
});

test("other conditions stay as they are", () => {
  const strange: Condition = { type: "Strange", status: "True" };
  const odd = aReplicaSet("web", {}, { status: { replicas: 0, conditions: [strange] } });
  assert.deepEqual(failureOf(odd, [], quota)?.conditions?.[0], strange);
  assert.equal(failureOf(odd, [])?.conditions, undefined);
});
