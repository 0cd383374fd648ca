/** What Kubernetes accepts, fills in and refuses about jobs and cron jobs, cause by cause. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CronJob, Job } from "@kubus/shared/api/batch.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Kind } from "../kind.ts";
import { testRefusals, testRefusedChanges, testRefusedStatuses } from "../testing/cases.ts";
import { causesOf, causesOfStatusUpdate, causesOfUpdate, created, messagesOf } from "../testing/refusals.ts";
import { cronJobKind, jobKind } from "./index.ts";

const uid = "11111111-1111-4111-8111-111111111111";
const template = { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "host/true" }] } };
const a = (spec: object = {}) => ({ metadata: { uid }, spec: { template, ...spec } });
const aCron = (spec: object = {}) => ({
  spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template } }, ...spec },
});
const pod = (spec: object) => ({ ...template, spec: { ...template.spec, ...spec } });
const indexed = (spec: object) => a({ completionMode: "Indexed", completions: 3, ...spec });
const failing = (rule: object) => a({ podFailurePolicy: { rules: [{ action: "Ignore", ...rule }] } });
const winning = (rule: object) => indexed({ successPolicy: { rules: [rule] } });
const codes = (onExitCodes: object) =>
  failing({ onExitCodes: { operator: "In", values: [1], ...onExitCodes } });

const rule = "spec.podFailurePolicy.rules[0]";
const policy = "spec.template.spec.restartPolicy";

testRefusals(jobKind, [
  ["pods that never end", a({ template: pod({ restartPolicy: undefined }) }), `FieldValueRequired ${policy}`],
  [
    "an unknown restart policy",
    a({ template: pod({ restartPolicy: "Sometimes" }) }),
    `FieldValueNotSupported ${policy}`,
    `FieldValueNotSupported ${policy}`,
  ],
  [
    "no containers",
    a({ template: pod({ containers: [] }) }),
    "FieldValueRequired spec.template.spec.containers",
  ],
  ["negative workers", a({ parallelism: -1 }), "FieldValueInvalid spec.parallelism"],
  ["negative completions", a({ completions: -1 }), "FieldValueInvalid spec.completions"],
  ["a negative deadline", a({ activeDeadlineSeconds: -1 }), "FieldValueInvalid spec.activeDeadlineSeconds"],
  ["negative patience", a({ backoffLimit: -1 }), "FieldValueInvalid spec.backoffLimit"],
  [
    "a negative time to live",
    a({ ttlSecondsAfterFinished: -1 }),
    "FieldValueInvalid spec.ttlSecondsAfterFinished",
  ],
  ["an unknown mode", a({ completionMode: "Random" }), "FieldValueNotSupported spec.completionMode"],
  [
    "indexes without number",
    a({ completionMode: "Indexed", parallelism: 2 }),
    "FieldValueRequired spec.completions",
  ],
  [
    "limits of indexes without indexes",
    a({ backoffLimitPerIndex: 1 }),
    "FieldValueInvalid spec.backoffLimitPerIndex",
  ],
  [
    "failed indexes without limit",
    indexed({ maxFailedIndexes: 1 }),
    "FieldValueRequired spec.backoffLimitPerIndex",
  ],
  [
    "more failed indexes than there are",
    indexed({ maxFailedIndexes: 4, backoffLimitPerIndex: 1 }),
    "FieldValueInvalid spec.maxFailedIndexes",
  ],
  ["too many workers", indexed({ parallelism: 100_001 }), "FieldValueInvalid spec.parallelism"],
  [
    "too many indexes without limit",
    indexed({ completions: 100_001, backoffLimitPerIndex: 1 }),
    "FieldValueRequired spec.maxFailedIndexes",
  ],
  [
    "a name too long for its pods",
    { ...indexed({}), metadata: { uid, name: "a".repeat(62) } },
    "FieldValueInvalid metadata.name",
  ],
  ["a manager without domain", a({ managedBy: "me" }), "FieldValueInvalid spec.managedBy"],
  ["a manager without name", a({ managedBy: "" }), "FieldValueRequired spec.managedBy"],
  [
    "somebody else's label",
    a({ template: { ...template, metadata: { labels: { "job-name": "other" } } } }),
    "FieldValueInvalid spec.template.metadata.labels[job-name]",
  ],
  [
    "a selector of its own",
    a({ selector: { matchLabels: { app: "web" } } }),
    "FieldValueInvalid spec.selector",
    "FieldValueInvalid spec.template.metadata.labels",
  ],
  [
    "a selector by hand that is missing",
    a({ manualSelector: true }),
    "FieldValueRequired spec.selector",
    "FieldValueInvalid spec.template.metadata.labels",
  ],
  [
    "an unknown replacement",
    a({ podReplacementPolicy: "Soon" }),
    "FieldValueNotSupported spec.podReplacementPolicy",
  ],
  [
    "a replacement before failure is sure",
    {
      ...failing({ onExitCodes: { operator: "In", values: [1] } }),
      spec: {
        ...failing({ onExitCodes: { operator: "In", values: [1] } }).spec,
        podReplacementPolicy: "TerminatingOrFailed",
      },
    },
    "FieldValueNotSupported spec.podReplacementPolicy",
  ],
  ["a rule without reason", failing({}), `FieldValueInvalid ${rule}`],
  [
    "a rule without action",
    failing({ action: "", onPodConditions: [{ type: "DisruptionTarget" }] }),
    `FieldValueRequired ${rule}.action`,
  ],
  [
    "an unknown action",
    failing({ action: "Cry", onPodConditions: [{ type: "DisruptionTarget" }] }),
    `FieldValueNotSupported ${rule}.action`,
  ],
  [
    "an index that cannot fail",
    failing({ action: "FailIndex", onPodConditions: [{ type: "DisruptionTarget" }] }),
    `FieldValueInvalid ${rule}.action`,
  ],
  [
    "exit codes of nobody",
    codes({ containerName: "other" }),
    `FieldValueInvalid ${rule}.onExitCodes.containerName`,
  ],
  ["no exit codes", codes({ values: [] }), `FieldValueInvalid ${rule}.onExitCodes.values`],
  ["success as failure", codes({ values: [0, 1] }), `FieldValueInvalid ${rule}.onExitCodes.values[0]`],
  ["the same code twice", codes({ values: [1, 1] }), `FieldValueDuplicate ${rule}.onExitCodes.values[1]`],
  ["codes out of order", codes({ values: [2, 1] }), `FieldValueInvalid ${rule}.onExitCodes.values`],
  ["no operator", codes({ operator: "" }), `FieldValueRequired ${rule}.onExitCodes.operator`],
  [
    "an unknown status",
    failing({ onPodConditions: [{ type: "Ready", status: "Maybe" }] }),
    `FieldValueNotSupported ${rule}.onPodConditions[0].status`,
  ],
  [
    "a success policy without indexes",
    a({ successPolicy: { rules: [{ succeededCount: 1 }] } }),
    "FieldValueInvalid spec.successPolicy",
  ],
  [
    "a success policy without rules",
    indexed({ successPolicy: { rules: [] } }),
    "FieldValueRequired spec.successPolicy.rules",
  ],
  ["a rule of success that says nothing", winning({}), "FieldValueRequired spec.successPolicy.rules[0]"],
  [
    "more successes than indexes",
    winning({ succeededIndexes: "0-1", succeededCount: 3 }),
    "FieldValueInvalid spec.successPolicy.rules[0].succeededCount",
  ],
  [
    "an index that there is not",
    winning({ succeededIndexes: "0,7" }),
    "FieldValueInvalid spec.successPolicy.rules[0].succeededIndexes",
  ],
]);

test("a Job's messages are Kubernetes' own", () => {
  assert.deepEqual(messagesOf(jobKind, a({ template: pod({ restartPolicy: "Always" }) })), [
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ]);
  assert.deepEqual(messagesOf(jobKind, winning({ succeededIndexes: "2,1" })), [
    'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "2,1": error parsing succeededIndexes: non-increasing order, previous: 2, current: 1',
  ]);
  assert.deepEqual(messagesOf(jobKind, failing({ action: "", onPodConditions: [{ type: "A" }] })), [
    'spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
  ]);
});

test("a Job is filled in, and finds its pods by its uid", () => {
  const job = created(jobKind, { ...a(), metadata: { uid, name: "pi" } }) as Job;
  const { parallelism, completions, backoffLimit, completionMode, suspend, manualSelector, selector } =
    job.spec;
  assert.deepEqual(
    { parallelism, completions, backoffLimit, completionMode, suspend, manualSelector },
    {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: "NonIndexed",
      suspend: false,
      manualSelector: false,
    },
  );
  assert.equal(job.spec.podReplacementPolicy, "TerminatingOrFailed");
  assert.deepEqual(selector, { matchLabels: { "batch.kubernetes.io/controller-uid": uid } });
  assert.deepEqual(job.spec.template.metadata?.labels, {
    "controller-uid": uid,
    "job-name": "pi",
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": "pi",
  });
  assert.deepEqual(causesOf(jobKind, a()), []);
  const queue = created(jobKind, a({ parallelism: 3 })) as Job;
  assert.equal(queue.spec.completions, undefined);
  const perIndex = created(jobKind, indexed({ backoffLimitPerIndex: 1 })) as Job;
  assert.equal(perIndex.spec.backoffLimit, 2_147_483_647);
});

test("a Job without labels has those of its template, with what was made up", () => {
  const labelled = { template: { ...template, metadata: { labels: { app: "pi" } } } };
  const job = created(jobKind, { metadata: { uid, name: "pi" }, spec: labelled });
  assert.equal(job.metadata.labels?.["job-name"], "pi");
  const own = created(jobKind, { metadata: { uid, name: "pi", labels: { a: "b" } }, spec: labelled });
  assert.deepEqual(own.metadata.labels, { a: "b" });
});

test("a Job may be told by hand which pods are its own", () => {
  const labels = { app: "pi" };
  const manual = {
    manualSelector: true,
    selector: { matchLabels: labels },
    template: { ...template, metadata: { labels } },
  };
  assert.deepEqual(causesOf(jobKind, a(manual)), []);
  assert.deepEqual((created(jobKind, a(manual)) as Job).spec.selector, { matchLabels: labels });
});

/** A stored job, and the same one as a client that read it changes it. */
const stored = (spec: object = {}) => created(jobKind, a(spec)) as Job;
const changed = (job: Job, spec: object) => ({ ...job, spec: { ...job.spec, ...spec } });

test("a change of a Job keeps what its pods were made of", async (t) => {
  const job = stored();
  const cases: readonly (readonly [string, Job, object, readonly string[]])[] = [
    ["nothing", job, {}, []],
    ["fewer workers", job, { parallelism: 0 }, []],
    ["suspension", job, { suspend: true }, []],
    ["a deadline", job, { activeDeadlineSeconds: 5, backoffLimit: 1, ttlSecondsAfterFinished: 1 }, []],
    ["completions", job, { completions: 2 }, ["FieldValueInvalid spec.completions"]],
    ["mode", job, { completionMode: "Indexed" }, ["FieldValueInvalid spec.completionMode"]],
    ["manager", job, { managedBy: "a.b/c" }, ["FieldValueInvalid spec.managedBy"]],
    [
      "image",
      job,
      {
        template: {
          ...job.spec.template,
          spec: { ...job.spec.template.spec, containers: [{ name: "main", image: "x" }] },
        },
      },
      ["FieldValueInvalid spec.template"],
    ],
    [
      "board",
      job,
      { template: { ...job.spec.template, spec: { ...job.spec.template.spec, nodeSelector: { a: "b" } } } },
      ["FieldValueInvalid spec.template"],
    ],
    [
      "selector",
      job,
      { selector: { matchLabels: { "controller-uid": uid } } },
      ["FieldValueInvalid spec.selector"],
    ],
  ];
  for (const [what, before, spec, causes] of cases)
    await t.test(what, () =>
      assert.deepEqual(causesOfUpdate(jobKind, changed(before, spec), before), causes),
    );
  await t.test("a suspended one may still be placed", () => {
    const waiting = stored({ suspend: true });
    const { template: own } = waiting.spec;
    const placed = {
      ...own,
      spec: { ...own.spec, nodeSelector: { a: "b" }, affinity: { nodeAffinity: {} } },
    };
    assert.deepEqual(causesOfUpdate(jobKind, changed(waiting, { template: placed }), waiting), []);
  });
  await t.test("an indexed one grows with its workers", () => {
    const growing = stored({ completionMode: "Indexed", completions: 3, parallelism: 3 });
    assert.deepEqual(
      causesOfUpdate(jobKind, changed(growing, { completions: 5, parallelism: 5 }), growing),
      [],
    );
    assert.deepEqual(causesOfUpdate(jobKind, changed(growing, { completions: 5 }), growing), [
      "FieldValueInvalid spec.completions",
    ]);
  });
});

const start = "2026-01-01T00:00:00Z";
const end = "2026-01-01T00:01:30Z";
const conditions = (...types: readonly string[]) => types.map((type) => ({ type, status: "True" }));
const complete = {
  conditions: conditions("SuccessCriteriaMet", "Complete"),
  startTime: start,
  completionTime: end,
  succeeded: 1,
};
const withStatus = (status: object, spec: object = {}) => ({ ...stored(spec), status });

testRefusedStatuses(jobKind, [
  ["negative counts", withStatus({}), withStatus({ active: -1 }), "FieldValueInvalid status.active"],
  [
    "more ready than active",
    withStatus({}),
    withStatus({ ready: 2, active: 1 }),
    "FieldValueInvalid status.ready",
  ],
  [
    "successes that are forgotten",
    withStatus({ succeeded: 2 }),
    withStatus({ succeeded: 1 }),
    "FieldValueInvalid status.succeeded",
  ],
  [
    "failures that are forgotten",
    withStatus({ failed: 2 }),
    withStatus({}),
    "FieldValueInvalid status.failed",
  ],
  [
    "an end without verdict",
    withStatus({ startTime: start }),
    withStatus({ startTime: start, completionTime: end }),
    "FieldValueInvalid status.completionTime",
  ],
  [
    "completion without success",
    withStatus({ startTime: start }),
    withStatus({ ...complete, conditions: conditions("Complete") }),
    "FieldValueInvalid status.conditions",
  ],
  [
    "failure that was not aimed at",
    withStatus({ startTime: start }),
    withStatus({ startTime: start, conditions: conditions("Failed") }),
    "FieldValueInvalid status.conditions",
  ],
  [
    "pods of what is over",
    withStatus({ startTime: start }),
    withStatus({ ...complete, active: 1 }),
    "FieldValueInvalid status.active",
  ],
  [
    "a verdict that is taken back",
    withStatus(complete),
    withStatus({ ...complete, conditions: conditions("SuccessCriteriaMet") }),
    "FieldValueInvalid status.conditions",
    "FieldValueInvalid status.completionTime",
  ],
  [
    "a start that is taken back",
    withStatus({ startTime: start }),
    withStatus({}),
    "FieldValueRequired status.startTime",
  ],
  [
    "indexes of what has none",
    withStatus({}),
    withStatus({ completedIndexes: "0" }),
    "FieldValueInvalid status.completedIndexes",
  ],
  [
    "an index that is both",
    withStatus({}, indexed({ backoffLimitPerIndex: 1 }).spec),
    withStatus({ completedIndexes: "0-1", failedIndexes: "1" }, indexed({ backoffLimitPerIndex: 1 }).spec),
    "FieldValueInvalid status.failedIndexes",
  ],
  [
    "a pod that is counted twice",
    withStatus({}),
    withStatus({ uncountedTerminatedPods: { succeeded: ["a"], failed: ["a", ""] } }),
    "FieldValueDuplicate status.uncountedTerminatedPods.failed[0]",
    "FieldValueInvalid status.uncountedTerminatedPods.failed[1]",
  ],
]);

test("a Job may run, succeed and fail in good order", () => {
  const steps: readonly (readonly [object, object])[] = [
    [{}, { startTime: start, active: 1, ready: 1 }],
    [
      { startTime: start, active: 1 },
      { startTime: start, succeeded: 1, conditions: conditions("SuccessCriteriaMet") },
    ],
    [{ startTime: start, conditions: conditions("SuccessCriteriaMet") }, complete],
    [{ startTime: start }, { startTime: start, failed: 1, conditions: conditions("FailureTarget") }],
    [
      { startTime: start, failed: 1, conditions: conditions("FailureTarget") },
      { startTime: start, failed: 1, conditions: conditions("FailureTarget", "Failed") },
    ],
  ];
  for (const [before, after] of steps)
    assert.deepEqual(causesOfStatusUpdate(jobKind, withStatus(after), withStatus(before)), []);
});

const now = Date.parse("2026-01-01T01:00:00Z");
const cells = (kind: Kind, object: KubeObject) =>
  Object.fromEntries(kind.columns.map(({ name, of }) => [name, of(object, now)]));

test("a Job is printed with verdict, completions and duration", () => {
  const shown = (status: object, spec: object = {}) => {
    const { Status, Completions, Duration } = cells(jobKind, withStatus(status, spec));
    return [Status, Completions, Duration];
  };
  assert.deepEqual(shown({}), ["Running", "0/1", ""]);
  assert.deepEqual(shown({ startTime: start }), ["Running", "0/1", "60m"]);
  assert.deepEqual(shown(complete), ["Complete", "1/1", "90s"]);
  assert.deepEqual(shown({ conditions: conditions("Failed", "FailureTarget") }), ["Failed", "0/1", ""]);
  assert.deepEqual(shown({ conditions: conditions("Suspended") }), ["Suspended", "0/1", ""]);
  assert.deepEqual(shown({ succeeded: 2 }, { parallelism: 3 }), ["Running", "2/1 of 3", ""]);
  assert.deepEqual(shown({ succeeded: 2 }, { parallelism: 1 }), ["Running", "2/1", ""]);
});

testRefusals(cronJobKind, [
  ["no schedule", aCron({ schedule: undefined }), "FieldValueRequired spec.schedule"],
  ["a schedule that cannot be read", aCron({ schedule: "often" }), "FieldValueInvalid spec.schedule"],
  ["a zone in the schedule", aCron({ schedule: "TZ=UTC 0 3 * * *" }), "FieldValueInvalid spec.schedule"],
  ["an empty zone", aCron({ timeZone: "" }), "FieldValueInvalid spec.timeZone"],
  ["an unknown zone", aCron({ timeZone: "Europe/Pariss" }), "FieldValueInvalid spec.timeZone"],
  ["the zone of the server", aCron({ timeZone: "Local" }), "FieldValueInvalid spec.timeZone"],
  [
    "a negative deadline",
    aCron({ startingDeadlineSeconds: -1 }),
    "FieldValueInvalid spec.startingDeadlineSeconds",
  ],
  [
    "an unknown policy",
    aCron({ concurrencyPolicy: "Maybe" }),
    "FieldValueNotSupported spec.concurrencyPolicy",
  ],
  [
    "a negative history",
    aCron({ successfulJobsHistoryLimit: -1 }),
    "FieldValueInvalid spec.successfulJobsHistoryLimit",
  ],
  [
    "a negative history of failures",
    aCron({ failedJobsHistoryLimit: -1 }),
    "FieldValueInvalid spec.failedJobsHistoryLimit",
  ],
  [
    "a selector for all its jobs",
    aCron({ jobTemplate: { spec: { template, selector: {} } } }),
    "FieldValueInvalid spec.jobTemplate.spec.selector",
  ],
  [
    "selection by hand",
    aCron({ jobTemplate: { spec: { template, manualSelector: true } } }),
    "FieldValueNotSupported spec.jobTemplate.spec.manualSelector",
  ],
  [
    "no template",
    aCron({ jobTemplate: undefined }),
    "FieldValueRequired spec.jobTemplate.spec.template.spec.containers",
    "FieldValueRequired spec.jobTemplate.spec.template.spec.restartPolicy",
  ],
  [
    "a name too long for its jobs",
    { ...aCron(), metadata: { name: "a".repeat(53) } },
    "FieldValueInvalid metadata.name",
  ],
]);

testRefusedChanges(cronJobKind, [
  [
    "a schedule that cannot be read",
    aCron(),
    aCron({ schedule: "* * * * 8" }),
    "FieldValueInvalid spec.schedule",
  ],
]);

test("a CronJob is filled in and printed", () => {
  const cron = created(cronJobKind, aCron({ timeZone: "Europe/Berlin" })) as CronJob;
  const { concurrencyPolicy, suspend, successfulJobsHistoryLimit, failedJobsHistoryLimit } = cron.spec;
  assert.deepEqual(
    [concurrencyPolicy, suspend, successfulJobsHistoryLimit, failedJobsHistoryLimit],
    ["Allow", false, 3, 1],
  );
  assert.equal(cron.spec.jobTemplate.spec.parallelism, undefined);
  assert.equal(cron.spec.jobTemplate.spec.template.spec.dnsPolicy, "ClusterFirst");
  const busy = { ...cron, status: { active: [{ name: "a" }], lastScheduleTime: start } };
  const { Schedule, Timezone, Suspend, Active, Selector, "Last Schedule": last } = cells(cronJobKind, busy);
  assert.deepEqual(
    [Schedule, Timezone, Suspend, Active, last, Selector],
    ["0 3 * * *", "Europe/Berlin", "False", 1, "60m", "<none>"],
  );
  assert.equal(cells(cronJobKind, cron)["Last Schedule"], "<none>");
});
