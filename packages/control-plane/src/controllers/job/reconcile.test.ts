/** What one pass over a job comes to: tables of what is seen and what is done about it, in order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobSpec, JobStatus, PodFailurePolicyRule } from "@kubus/shared/api/batch.ts";
import type { Pod, PodStatus } from "@kubus/shared/api/pod.ts";
import type { Effect } from "../engine/plan.ts";
import { aMeta, aPodSpec, at, start } from "../testing/builders.ts";
import { ownerReference } from "../workload/ownership.ts";
import { judgeFailure } from "./failure-policy.ts";
import { jobAnnotation, trackingFinalizer } from "./pods.ts";
import { reconcile } from "./reconcile.ts";
import { aJob, exited } from "./testing/world.ts";

interface PodOptions {
  readonly status?: PodStatus;
  readonly meta?: Partial<Pod["metadata"]>;
  /** Nobody counts it any more. */
  readonly released?: boolean;
}

const owner = ownerReference(aJob());

const aJobPod = (
  name: string,
  { status = { phase: "Running" }, meta = {}, released = false }: PodOptions = {},
): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: aMeta(name, {
    labels: { job: "pi" },
    ownerReferences: [owner],
    ...(released ? {} : { finalizers: [trackingFinalizer] }),
    ...meta,
  }),
  spec: { ...aPodSpec, restartPolicy: "Never", nodeName: "board-1" },
  status,
});

const begun: JobStatus = { startTime: at(0), ready: 0, terminating: 0, uncountedTerminatedPods: {} };

const textOf = (effect: Effect): string => {
  switch (effect.type) {
    case "create":
      return `create ${effect.kind.kind}`;
    case "writeStatus": {
      const {
        succeeded = 0,
        failed = 0,
        uncountedTerminatedPods: noted = {},
        conditions = [],
      } = effect.status as JobStatus;
      const notes = [
        ...(noted.succeeded ?? []).map((uid) => `+${uid}`),
        ...(noted.failed ?? []).map((uid) => `-${uid}`),
      ];
      return ["status", `${succeeded}/${failed}`, ...notes, ...conditions.map(({ type }) => type)].join(" ");
    }
    case "recordEvent":
      return `event ${effect.reason}`;
    case "patch": {
      const { metadata } = effect.patch as {
        readonly metadata: { readonly finalizers?: readonly string[] | null };
      };
      return `${metadata.finalizers === null ? "release" : "track"} ${effect.target.name}`;
    }
    default:
      return `${effect.type} ${effect.target.name}`;
  }
};

const pass = (
  spec: Partial<JobSpec>,
  status: JobStatus,
  pods: readonly Pod[],
  seconds = 0,
): readonly string[] => {
  const job = aJob(spec, { ...begun, ...status });
  return reconcile({ job, pods, now: start + seconds * 1_000 }).effects.map(textOf);
};

const done = exited(0, 1);
const broken = exited(1, 1);

test("what ended is noted, then released, then counted", () => {
  const two = { completions: 2 };
  assert.deepEqual(pass(two, { active: 1 }, [aJobPod("a", { status: done })]), [
    "status 0/0 +uid-a",
    "release a",
    "create Pod",
  ]);
  const noted = { uncountedTerminatedPods: { succeeded: ["uid-a"] } };
  assert.deepEqual(pass(two, noted, [aJobPod("a", { status: done }), aJobPod("b")]).slice(1), ["release a"]);
  assert.deepEqual(pass(two, noted, [aJobPod("a", { status: done, released: true }), aJobPod("b")]), [
    "status 1/0",
  ]);
  assert.deepEqual(pass(two, noted, [aJobPod("b")]), ["status 1/0"], "even if it is gone by then");
  assert.deepEqual(
    pass(two, { succeeded: 1, active: 1 }, [aJobPod("a", { status: done, released: true }), aJobPod("b")]),
    [],
  );
});

test("the verdict is written first, and the end when the last pod is counted", () => {
  const pod = aJobPod("a", { status: done });
  assert.deepEqual(pass({}, {}, [pod]), ["status 0/0 +uid-a SuccessCriteriaMet", "release a"]);
  const met = {
    type: "SuccessCriteriaMet",
    status: "True" as const,
    reason: "CompletionsReached",
    message: "",
  };
  const status = { conditions: [met], uncountedTerminatedPods: { succeeded: ["uid-a"] } };
  assert.deepEqual(pass({}, status, [pod]), ["release a"]);
  assert.deepEqual(pass({}, status, [aJobPod("a", { status: done, released: true })]), [
    "status 1/0 SuccessCriteriaMet Complete",
    "event Completed",
  ]);
});

test("a job that failed ends its pods, counts them, and has failed when they are gone", () => {
  const spec = { parallelism: 2, completions: 2, backoffLimit: 0 };
  const [a, b] = [aJobPod("a", { status: broken }), aJobPod("b")];
  assert.deepEqual(pass(spec, {}, [a, b]), ["status 0/0 -uid-a FailureTarget", "release a", "delete b"]);
  const target = {
    type: "FailureTarget",
    status: "True" as const,
    reason: "BackoffLimitExceeded",
    message: "",
  };
  const ending = { deletionTimestamp: at(2), deletionGracePeriodSeconds: 30 };
  const failing = { conditions: [target], failed: 1 };
  assert.deepEqual(pass(spec, failing, [aJobPod("b", { meta: ending })]), [
    "status 0/1 -uid-b FailureTarget",
    "release b",
  ]);
  const counted = { ...failing, failed: 2, terminating: 1 };
  assert.deepEqual(pass(spec, counted, [aJobPod("b", { meta: ending, released: true })]), []);
  assert.deepEqual(pass(spec, counted, []), [
    "status 0/2 FailureTarget Failed",
    "event BackoffLimitExceeded",
  ]);
});

test("a pod at work that lost its finalizer gets it back, and is counted after all", () => {
  assert.deepEqual(pass({}, { active: 1 }, [aJobPod("a", { released: true })]), ["track a"]);
});

test("what the job gives up is released before it is deleted, and never noted", () => {
  assert.deepEqual(pass({ suspend: true }, { active: 1 }, [aJobPod("a")]).slice(1), [
    "event Suspended",
    "release a",
    "delete a",
  ]);
});

test("a job that ended keeps its pods, and lets go of those that are still held", () => {
  const end = { conditions: [{ type: "Failed", status: "True" as const }] };
  assert.deepEqual(pass({}, end, [aJobPod("a"), aJobPod("b", { status: broken, released: true })]), [
    "release a",
  ]);
});

test("a job that is being deleted makes nothing and holds nothing", () => {
  const job = aJob({ completions: 3 }, begun, { deletionTimestamp: at(1) });
  const pods = [aJobPod("a", { status: done }), aJobPod("b")];
  assert.deepEqual(reconcile({ job, pods, now: start }).effects.map(textOf), [
    "status 0/0 +uid-a",
    "release a",
    "release b",
  ]);
});

test("pauses grow with the failures since the last success, up to six minutes, whatever a board's clock says", () => {
  const failed = (name: string, second: number) =>
    aJobPod(name, { status: exited(1, second), released: true });
  const waitsFor = (pods: readonly Pod[], seconds: number) => {
    for (let later = 0; later <= 400; later += 1) {
      const effects = pass({ backoffLimit: 99 }, { failed: pods.length }, pods, seconds + later);
      if (effects.includes("create Pod")) return later;
    }
    return assert.fail("never");
  };
  assert.equal(waitsFor([failed("a", 0)], 0), 10);
  assert.equal(waitsFor([failed("a", 0), failed("b", 5)], 5), 20);
  const eight = Array.from({ length: 8 }, (_, i) => failed(`p${i}`, i));
  assert.equal(waitsFor(eight, 7), 360);
  const success = aJobPod("done", { status: exited(0, 6), released: true });
  assert.deepEqual(
    pass({ completions: 5, backoffLimit: 99 }, { failed: 8, succeeded: 1 }, [...eight, success], 16).includes(
      "create Pod",
    ),
    false,
  );
  assert.equal(
    pass({ completions: 5, backoffLimit: 99 }, { failed: 8, succeeded: 1 }, [...eight, success], 17).at(-1),
    "create Pod",
  );
  assert.equal(
    pass({ backoffLimit: 99 }, { failed: 1 }, [failed("ahead", 5_000)], 0).includes("create Pod"),
    false,
  );
  assert.equal(
    waitsFor(
      [failed("deleted", 0)].map((pod) => ({
        ...pod,
        metadata: { ...pod.metadata, deletionTimestamp: at(0) },
      })),
      0,
    ),
    0,
  );
});

test("the first rule that matches decides about a failure", () => {
  const rule = (
    action: PodFailurePolicyRule["action"],
    operator: "In" | "NotIn",
    ...values: readonly number[]
  ) => ({
    action,
    onExitCodes: { operator, values },
  });
  const disrupted = {
    action: "Ignore" as const,
    onPodConditions: [{ type: "DisruptionTarget", status: "True" }],
  };
  const pod = (exitCode: number, disruption = "False") =>
    aJobPod("a", {
      status: {
        ...exited(exitCode),
        conditions: [{ type: "DisruptionTarget", status: disruption as "True" | "False" }],
      },
    });
  const judged = (rules: readonly PodFailurePolicyRule[], failed: Pod) =>
    judgeFailure(aJob({ podFailurePolicy: { rules } }), failed);
  const rules = [disrupted, rule("Count", "In", 5), rule("FailJob", "NotIn", 1, 2)];
  assert.equal(judged(rules, pod(9, "True")).action, "Ignore");
  assert.equal(judged(rules, pod(5)).action, "Count");
  assert.equal(judged(rules, pod(1)).action, "Count");
  assert.deepEqual(judged(rules, pod(3)), {
    action: "FailJob",
    message: "Container main for pod default/a failed with exit code 3 matching FailJob rule at index 2",
  });
  assert.equal(
    judged([{ ...disrupted, action: "FailJob" }], pod(1, "True")).message,
    "Pod default/a has condition DisruptionTarget matching FailJob rule at index 0",
  );
  assert.equal(judged([rule("FailJob", "NotIn", 1)], pod(0)).action, "Count", "success matches no exit code");
  const other = {
    action: "FailJob" as const,
    onExitCodes: { containerName: "side", operator: "In" as const, values: [1] },
  };
  assert.equal(judged([other], pod(1)).action, "Count");
});

test("an index that failed stays failed, even if another pod of it succeeds", () => {
  const spec = {
    completionMode: "Indexed" as const,
    completions: 3,
    parallelism: 3,
    backoffLimitPerIndex: 0,
  };
  const meta = { annotations: { [jobAnnotation.index]: "1" } };
  const job = aJob(spec, { ...begun, failedIndexes: "1" });
  const [effect] = reconcile({ job, pods: [aJobPod("a", { status: done, meta })], now: start }).effects;
  assert.equal(effect?.type, "patch", "it is released; there is nothing to say of it");
});
